//! Ticket numbers, and when none is taken.

use docket_commands::{CommandError, RequestKey};
use docket_domain::AgentId;
use docket_store::new_id;

use crate::desk::{Desk, code, request};

#[tokio::test]
async fn what_is_refused_or_answered_already_takes_no_number() {
    let desk = Desk::new().await;
    let customer = desk.customer().await;
    let open = || request(customer);
    let mut refused = vec![open(), open(), open()];
    refused[0].subject = "  ".into();
    refused[1].tags = (0..500).map(|number| number.to_string()).collect();
    refused[2].assignee_id = Some(AgentId(new_id()));
    for request in &refused {
        assert_eq!(code(desk.commands.open_ticket(&desk.by_admin(), request).await), "invalid");
        assert!(desk.commands.check_opening(&desk.by_admin(), request).await.is_err());
    }
    let stale = desk.by_admin().if_at(7);
    let refused = desk.commands.open_ticket(&stale, &open()).await;
    assert!(matches!(refused, Err(CommandError::Stale { current: 0, .. })), "{refused:?}");
    let first = desk.by_admin().once(RequestKey::of_cause("one"));
    for again in [false, true, true] {
        let done = desk.commands.open_ticket(&first, &open()).await.unwrap();
        assert_eq!((done.note.as_deref(), done.replayed), (Some("TKT-000001"), again));
    }
    let next = desk.commands.open_ticket(&desk.by_admin(), &open()).await.unwrap();
    assert_eq!(next.note.as_deref(), Some("TKT-000002"));
}
