//! What queries answer: the shapes that go out as JSON, named as in the design's section 8.

mod agent;
mod audit;
mod chat;
mod customer;
mod dashboard;
mod department;
mod message;
mod organisation;
mod page;
mod schema;
mod search;
mod sla;
mod ticket;

pub use agent::AgentView;
pub use audit::{AuditEntry, AuditFilter};
pub use chat::{ChatFilter, ChatView, VisitorView};
pub use customer::{CustomerFilter, CustomerView};
pub use dashboard::{AgentScore, DashboardView, DaySatisfaction, DayVolume};
pub use department::DepartmentView;
pub use message::{AuthorView, ConversationKind, MessagePage, MessageView};
pub use organisation::{FieldView, OrganisationView};
pub use page::{Page, PageRequest};
pub use search::{SearchHit, SearchHitKind};
pub use sla::{SlaBadge, SlaClockState, SlaClockView, SlaStretch, SlaView, Timer, TimerKind};
pub use ticket::{
    AssigneeFilter, FeedbackView, SidebarCounts, TicketCounts, TicketDetail, TicketFilter, TicketSort, TicketView,
};
