//! Tickets, for lists and details.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use docket_domain::ticket::{
    Channel, CustomFieldsChanged, FeedbackGiven, MessagePosted, Priority, StatusChanged, TicketEvent, TicketOpened,
    TicketStatus,
};
use docket_domain::{Actor, ActorKind, DomainEvent, Event, PersonalText, TenantId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::preview;
use crate::model::{Model, ddl};
use crate::names::ActorName;
use crate::table::{Json, table};

table! {
    /// A ticket. Counts and times leave notes out; `note_count` has them. `done_at` is since when it is resolved, in the one
    /// sense every figure uses: resolved or closed, and not merged into another; `done_by` the agent who brought that about
    /// (kept by a merge, as it may be taken back: only with `done_at` does it count).
    TicketRow / TicketKey in "tickets" {
        key { tenant: TenantId, id: Uuid }
        plain {
            number: i64,
            status: TicketStatus,
            priority: Priority,
            rank: i64,
            category: String,
            department_id: Option<Uuid>,
            assignee_id: Option<Uuid>,
            customer_id: Uuid,
            tags: Json<Vec<String>>,
            custom_fields: Json<Map<String, Value>>,
            channel: Channel,
            opened_at: DateTime<Utc>,
            opened_position: u64,
            first_responded_at: Option<DateTime<Utc>>,
            resolved_at: Option<DateTime<Utc>>,
            closed_at: Option<DateTime<Utc>>,
            done_at: Option<DateTime<Utc>>,
            done_by: Option<Uuid>,
            snoozed_until: Option<DateTime<Utc>>,
            last_message_at: DateTime<Utc>,
            last_author_kind: ActorName,
            last_author_id: Option<Uuid>,
            last_customer_message_at: Option<DateTime<Utc>>,
            last_agent_message_at: Option<DateTime<Utc>>,
            customer_messages: i64,
            agent_messages: i64,
            system_messages: i64,
            note_count: i64,
            resolution_count: i64,
            reopen_count: i64,
            assignment_count: i64,
            reassignment_count: i64,
            follow_up_of: Option<Uuid>,
            chat_id: Option<Uuid>,
            merged_into: Option<Uuid>,
            merged_from: Json<Vec<Uuid>>,
            linked: Json<Vec<Uuid>>,
            feedback: Option<Json<Feedback>>,
            archived: bool,
            deleted: bool,
            updated_at: DateTime<Utc>,
            public_updated_at: DateTime<Utc>,
            version: u64,
            position: u64,
            public_version: u64,
            public_position: u64,
            data_subject: Option<Uuid>,
        }
        personal of data_subject {
            subject: Option<String>,
            last_message: Option<String>,
            feedback_comment: Option<String>,
            order_ref: Option<String>,
            personal_fields: Option<Json<BTreeMap<String, String>>>,
        }
        words of opened_position { subject, order_ref }
    }
}

/// What the customer said of how it went, without their words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Feedback {
    pub(crate) rating: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) resolved: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) would_recommend: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) agent_rating: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) speed_rating: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) communication_rating: Option<u8>,
    pub(crate) given_at: DateTime<Utc>,
}

/// The model.
pub(crate) struct Tickets;

impl Model for Tickets {
    type Row = TicketRow;
    const VERSION: i64 = 9;
    ddl!("tickets");

    fn keys(event: &Event, keys: &mut Vec<TicketKey>) {
        if matches!(event.body, DomainEvent::Ticket(_)) {
            keys.push(TicketKey { tenant: event.meta.stream.tenant.clone(), id: event.meta.stream.id });
        }
    }

    fn fold(key: &TicketKey, row: Option<TicketRow>, event: &Event) -> Option<TicketRow> {
        let DomainEvent::Ticket(body) = &event.body else { return row };
        let mut row = match (row, body) {
            (None, TicketEvent::TicketOpened(opened)) => return Some(open(key, opened, event)),
            (None, _) => return None,
            (Some(row), _) => row,
        };
        change(&mut row, body, event);
        row.version = event.meta.version;
        row.position = event.meta.position.0;
        if body.public_fields().is_some() {
            row.public_version += 1;
            row.public_position = event.meta.position.0;
        }
        Some(row)
    }

    fn is_new(_: &TicketKey, event: &Event) -> bool {
        event.meta.version == 1
    }
}

/// The place in the default order: the most urgent is 1, so that the order is ascending throughout.
pub(crate) const fn rank(priority: Priority) -> i64 {
    match priority {
        Priority::Low => 4,
        Priority::Medium => 3,
        Priority::High => 2,
        Priority::Urgent => 1,
    }
}

fn open(key: &TicketKey, opened: &TicketOpened, event: &Event) -> TicketRow {
    let at = event.meta.occurred_at;
    let Actor { kind: author, id: author_id } = opened.written_by(event.meta.actor);
    let written_at = opened.written_at.unwrap_or(at);
    let by = |kind| i64::from(author == kind);
    TicketRow {
        tenant: key.tenant.clone(),
        id: key.id,
        number: i64::try_from(opened.number.0).unwrap_or(i64::MAX),
        status: TicketStatus::Open,
        priority: opened.priority,
        rank: rank(opened.priority),
        category: opened.category.clone(),
        department_id: opened.department_id.map(Into::into),
        assignee_id: None,
        customer_id: opened.customer_id.into(),
        tags: Json(opened.tags.clone()),
        custom_fields: Json(opened.custom_fields.clone().into_iter().collect()),
        channel: opened.channel,
        opened_at: at,
        opened_position: event.meta.position.0,
        first_responded_at: None,
        resolved_at: None,
        closed_at: None,
        done_at: None,
        done_by: None,
        snoozed_until: None,
        last_message_at: written_at,
        last_author_kind: ActorName(author),
        last_author_id: author_id,
        last_customer_message_at: (author == ActorKind::Customer).then_some(written_at),
        last_agent_message_at: (author == ActorKind::Agent).then_some(written_at),
        customer_messages: by(ActorKind::Customer),
        agent_messages: by(ActorKind::Agent),
        system_messages: by(ActorKind::System),
        note_count: 0,
        resolution_count: 0,
        reopen_count: 0,
        assignment_count: 0,
        reassignment_count: 0,
        follow_up_of: opened.follow_up_of.map(Into::into),
        chat_id: opened.chat_id.map(Into::into),
        merged_into: None,
        merged_from: Json(Vec::new()),
        linked: Json(Vec::new()),
        feedback: None,
        archived: false,
        deleted: false,
        updated_at: at,
        public_updated_at: at,
        version: event.meta.version,
        position: event.meta.position.0,
        public_version: 1,
        public_position: event.meta.position.0,
        data_subject: event.meta.data_subject.map(|person| person.0),
        subject: opened.subject.to_known(),
        last_message: opened.description.known().map(preview),
        feedback_comment: None,
        order_ref: opened.order_ref.as_ref().and_then(PersonalText::to_known),
        personal_fields: personal_fields(opened),
    }
}

fn change(row: &mut TicketRow, body: &TicketEvent, event: &Event) {
    use TicketEvent as E;
    let at = event.meta.occurred_at;
    // Reading is not a change of the ticket.
    if !matches!(body, E::MessagesRead(_)) {
        row.updated_at = row.updated_at.max(at);
        if body.public_fields().is_some() {
            row.public_updated_at = row.public_updated_at.max(at);
        }
    }
    match body {
        // A stream begins once; a second beginning cannot be appended.
        E::TicketOpened(_) => {}
        E::MessagePosted(message) => post(row, message, at),
        E::NoteAdded(_) => row.note_count += 1,
        E::StatusChanged(changed) => change_status(row, changed, event),
        E::Assigned(assigned) => {
            row.assignee_id = Some(assigned.to.into());
            row.assignment_count += 1;
            row.reassignment_count += i64::from(assigned.from.is_some());
        }
        E::Unassigned(_) => row.assignee_id = None,
        E::PriorityChanged(changed) => {
            row.priority = changed.to;
            row.rank = rank(changed.to);
        }
        E::CategoryChanged(changed) => row.category.clone_from(&changed.to),
        E::DepartmentChanged(changed) => row.department_id = changed.to.map(Into::into),
        E::SubjectChanged(changed) => row.subject = changed.to.to_known(),
        E::TagsChanged(changed) => row.tags.0.clone_from(&changed.tags),
        E::CustomFieldsChanged(changed) => {
            for (name, value) in &changed.changes {
                match &value.to {
                    Some(to) => row.custom_fields.insert(name.clone(), to.clone()),
                    None => row.custom_fields.remove(name),
                };
            }
            change_personal_fields(row, changed);
        }
        E::OrderLinked(linked) => row.order_ref = linked.to.as_ref().and_then(PersonalText::to_known),
        E::TicketSnoozed(snoozed) => row.snoozed_until = Some(snoozed.until),
        E::TicketWoken(_) => row.snoozed_until = None,
        E::TicketMerged(merged) => {
            row.merged_into = Some(merged.into.into());
            row.done_at = None;
        }
        E::TicketMergeReceived(merged) => add(&mut row.merged_from, merged.source.into()),
        E::TicketMergeUndone(_) => {
            row.merged_into = None;
            // Finished before it was merged, it is so again.
            row.done_at = row.resolved_at.or(row.closed_at);
        }
        E::TicketMergeReturned(merged) => row.merged_from.retain(|id| *id != merged.source.0),
        E::TicketLinked(linked) => add(&mut row.linked, linked.ticket_id.into()),
        E::TicketUnlinked(linked) => row.linked.retain(|id| *id != linked.ticket_id.0),
        E::FeedbackGiven(given) => rate(row, given, at),
        E::TicketArchived(_) => row.archived = true,
        E::TicketDeleted(_) => row.deleted = true,
        E::MessagesRead(_) | E::SlaPolicyApplied(_) | E::SlaWarned(_) | E::SlaBreached(_) => {}
    }
}

/// Those that can be read, or nothing: as a row is whose person was erased.
fn personal_fields(opened: &TicketOpened) -> Option<Json<BTreeMap<String, String>>> {
    let fields = opened.personal_fields.iter();
    let known: BTreeMap<_, _> = fields.filter_map(|(name, text)| Some((name.clone(), text.to_known()?))).collect();
    (!known.is_empty()).then_some(Json(known))
}

fn change_personal_fields(row: &mut TicketRow, changed: &CustomFieldsChanged) {
    let mut fields = row.personal_fields.take().map(|fields| fields.0).unwrap_or_default();
    for (name, value) in &changed.personal_changes {
        match value.to.as_ref().and_then(PersonalText::to_known) {
            Some(to) => fields.insert(name.clone(), to),
            None => fields.remove(name),
        };
    }
    row.personal_fields = (!fields.is_empty()).then_some(Json(fields));
}

/// All custom fields as people see them: those that say something about a person and those that do not.
pub(crate) fn all_fields(
    mut fields: Map<String, Value>,
    personal: Option<Json<BTreeMap<String, String>>>,
) -> Map<String, Value> {
    fields.extend(personal.into_iter().flat_map(|personal| personal.0).map(|(name, text)| (name, text.into())));
    fields
}

fn post(row: &mut TicketRow, message: &MessagePosted, at: DateTime<Utc>) {
    let began = at;
    let at = message.written_at.unwrap_or(at);
    row.last_message_at = at;
    row.last_message = message.body.known().map(preview);
    (row.last_author_kind, row.last_author_id) = (ActorName(message.author.kind), message.author.id);
    match message.author.kind {
        ActorKind::Customer => {
            row.customer_messages += 1;
            row.last_customer_message_at = Some(at);
        }
        ActorKind::Agent => {
            row.agent_messages += 1;
            row.last_agent_message_at = Some(at);
            // Said in the chat before, it is the answer with which the ticket began.
            row.first_responded_at.get_or_insert(began);
        }
        ActorKind::System => row.system_messages += 1,
    }
}

pub(crate) const fn is_done(status: TicketStatus) -> bool {
    matches!(status, TicketStatus::Resolved | TicketStatus::Closed)
}

fn change_status(row: &mut TicketRow, changed: &StatusChanged, event: &Event) {
    let at = event.meta.occurred_at;
    row.status = changed.to;
    if !is_done(changed.to) {
        (row.done_at, row.done_by) = (None, None);
    } else if row.done_at.is_none() && row.merged_into.is_none() {
        let Actor { kind, id } = event.meta.actor;
        (row.done_at, row.done_by) = (Some(at), id.filter(|_| kind == ActorKind::Agent));
    }
    match changed.to {
        TicketStatus::Resolved => {
            row.closed_at = None;
            if changed.restored {
                row.resolved_at.get_or_insert(at);
            } else {
                row.resolved_at = Some(at);
                row.resolution_count += 1;
            }
        }
        TicketStatus::Closed => row.closed_at = Some(at),
        _ => (row.resolved_at, row.closed_at) = (None, None),
    }
    row.reopen_count += i64::from(changed.is_reopening());
}

fn rate(row: &mut TicketRow, given: &FeedbackGiven, at: DateTime<Utc>) {
    row.feedback = Some(Json(Feedback {
        rating: given.rating,
        resolved: given.resolved,
        would_recommend: given.would_recommend,
        agent_rating: given.agent_rating,
        speed_rating: given.speed_rating,
        communication_rating: given.communication_rating,
        given_at: at,
    }));
    row.feedback_comment = given.comment.as_ref().and_then(PersonalText::to_known);
}

fn add(list: &mut Vec<Uuid>, id: Uuid) {
    if !list.contains(&id) {
        list.push(id);
    }
}
