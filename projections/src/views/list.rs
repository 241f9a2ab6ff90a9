//! The address of a list, from what it is filtered by: a filter and its list are the same thing said twice.

use std::fmt::Display;

use chrono::{DateTime, SecondsFormat, Utc};

use super::{AssigneeFilter, ChatFilter, ChatSort, TicketFilter, TicketSort};

impl TicketSort {
    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Urgency => "urgency",
            Self::Newest => "newest",
            Self::Updated => "updated",
        }
    }
}

impl ChatSort {
    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Ended => "ended",
        }
    }
}

impl TicketFilter {
    /// The list of exactly these tickets, in this order: a path of the API.
    pub fn list(&self) -> String {
        let Self {
            status,
            priority,
            category,
            department_id,
            assignee,
            customer_id,
            not_customer_id,
            tag,
            opened_from,
            opened_to,
            resolved,
            resolved_by,
            resolved_from,
            resolved_to,
            overdue,
            snoozed,
            order_ref,
            search,
            archived,
            sort,
        } = self;
        let mut address = Address::new("/v1/tickets");
        address.any_of("status", status.iter().map(|status| status.as_str()));
        address.any_of("priority", priority.iter().map(|priority| priority.as_str()));
        address.set("category", category.as_ref());
        address.set("department_id", department_id.as_ref());
        address.set("assignee", assignee.map(whose));
        address.set("customer_id", customer_id.as_ref());
        address.set("not_customer_id", not_customer_id.as_ref());
        address.set("tag", tag.as_ref());
        address.time("opened_from", *opened_from);
        address.time("opened_to", *opened_to);
        address.set("resolved", resolved.as_ref());
        address.set("resolved_by", resolved_by.as_ref());
        address.time("resolved_from", *resolved_from);
        address.time("resolved_to", *resolved_to);
        address.set("overdue", overdue.then_some(true));
        address.set("snoozed", snoozed.as_ref());
        address.set("order_ref", order_ref.as_ref());
        address.set("search", search.as_ref());
        address.set("archived", archived.then_some(true));
        address.set("sort", (*sort != TicketSort::default()).then(|| sort.as_str()));
        address.0
    }
}

impl ChatFilter {
    /// The list of exactly these chats, in this order: a path of the API.
    pub fn list(&self) -> String {
        let Self { status, agent, department_id, customer_id, started_from, started_to, search, sort } = self;
        let mut address = Address::new("/v1/chats");
        address.any_of("status", status.iter().map(|status| status.as_str()));
        address.set("agent", agent.map(whose));
        address.set("department_id", department_id.as_ref());
        address.set("customer_id", customer_id.as_ref());
        address.time("started_from", *started_from);
        address.time("started_to", *started_to);
        address.set("search", search.as_ref());
        address.set("sort", (*sort != ChatSort::default()).then(|| sort.as_str()));
        address.0
    }
}

fn whose(filter: AssigneeFilter) -> String {
    match filter {
        AssigneeFilter::Me => "me".to_owned(),
        AssigneeFilter::Unassigned => "unassigned".to_owned(),
        AssigneeFilter::Agent(id) => id.to_string(),
    }
}

/// A path and, as they are added, the parameters of its query.
struct Address(String);

impl Address {
    fn new(path: &str) -> Self {
        Self(path.to_owned())
    }

    fn add(&mut self, name: &str, value: &str) {
        self.0.push(if self.0.contains('?') { '&' } else { '?' });
        self.0.push_str(name);
        self.0.push('=');
        self.0.push_str(value);
    }

    fn set(&mut self, name: &str, value: Option<impl Display>) {
        if let Some(value) = value {
            self.add(name, &escaped(&value.to_string()));
        }
    }

    fn any_of<'a>(&mut self, name: &str, values: impl Iterator<Item = &'a str>) {
        let values: Vec<_> = values.collect();
        if !values.is_empty() {
            self.add(name, &values.join(","));
        }
    }

    fn time(&mut self, name: &str, at: Option<DateTime<Utc>>) {
        if let Some(at) = at {
            self.add(name, &at.to_rfc3339_opts(SecondsFormat::AutoSi, true));
        }
    }
}

/// A value as it stands in a query.
fn escaped(text: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~".contains(byte);
    text.bytes().map(|byte| if plain(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use docket_domain::chat::ChatStatus;
    use docket_domain::ticket::TicketStatus;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_list_is_asked_for_with_all_that_filters_it() {
        assert_eq!(TicketFilter::default().list(), "/v1/tickets");
        let filter = TicketFilter {
            status: vec![TicketStatus::Open, TicketStatus::OnHold],
            category: Some("R&D + more".into()),
            assignee: Some(AssigneeFilter::Me),
            opened_from: Some(DateTime::UNIX_EPOCH),
            resolved_by: Some(Uuid::nil()),
            snoozed: Some(false),
            archived: true,
            sort: TicketSort::Newest,
            ..TicketFilter::default()
        };
        assert_eq!(
            filter.list(),
            "/v1/tickets?status=open,on_hold&category=R%26D%20%2B%20more&assignee=me&opened_from=1970-01-01T00:00:00Z\
             &resolved_by=00000000-0000-0000-0000-000000000000&snoozed=false&archived=true&sort=newest"
        );
        let chats = ChatFilter {
            status: vec![ChatStatus::Active, ChatStatus::Transferred],
            sort: ChatSort::Ended,
            ..ChatFilter::default()
        };
        assert_eq!(chats.list(), "/v1/chats?status=active,transferred&sort=ended");
    }
}
