//! What queries answer: the shapes that go out as JSON, named as in the design's section 8.

mod agent;
mod any_of;
mod audit;
mod calendar;
mod chat;
mod customer;
mod dashboard;
mod department;
mod list;
mod message;
mod organisation;
mod page;
mod role;
mod saved;
mod schema;
mod search;
mod sla;
mod sla_policy;
mod ticket;

pub use agent::AgentView;
pub use any_of::{AnyOf, CommaSeparated, TOO_MANY, comma_separated};
pub use audit::{AuditEntry, AuditFilter, ImportedView};
pub use calendar::{CalendarView, DayOfWeek, OpenHours, WorkingRangeView};
pub use chat::{ChatFilter, ChatSort, ChatView, VisitorView};
pub use customer::{CustomerFilter, CustomerView};
pub use dashboard::{AgentScore, DashboardView, DaySatisfaction, DayVolume};
pub use department::DepartmentView;
pub use message::{AuthorView, ConversationKind, MessagePage, MessageView, ReplyVia};
pub use organisation::{FieldView, OrganisationView};
pub use page::{Page, PageRequest};
pub use role::OwnRole;
pub use saved::{SavedFilter, SavedView, ViewCount};
pub use search::{SearchHit, SearchHitKind};
pub use sla::{AppliedPolicy, SlaBadge, SlaClockState, SlaClockView, SlaStretch, SlaView, Timer, TimerKind};
pub use sla_policy::{ConditionsView, SlaPolicyView, TargetView, TargetsView};
pub use ticket::{
    AssigneeFilter, FeedbackView, SidebarCounts, TicketCounts, TicketDetail, TicketFilter, TicketSort, TicketView,
};
