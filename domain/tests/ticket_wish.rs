//! Several changes at once, in whatever order they were said.

use docket_domain::Aggregate as _;
use docket_domain::DecideContext;
use docket_domain::Limits;
use docket_domain::ticket::*;

use crate::scenario::*;
use crate::ticket_status::{in_status, to, write};

/// Carries a wish out, the changes said in this order and in reverse. The status it ends in, or why it is refused.
fn carry_out(ticket: &Ticket, wish: &[TicketCommand]) -> Result<TicketStatus, String> {
    let one_after_the_other = |wish: Vec<TicketCommand>| {
        let (mut state, limits) = (ticket.clone(), Limits::default());
        let context = DecideContext { now: at("2026-03-02T12:00:00Z"), actor: agent(1), limits: &limits };
        for command in state.in_possible_order(&wish) {
            let events = state.decide(&command, &context).map_err(|refusal| code_of(&refusal).to_owned())?;
            let first = docket_domain::Stamp { version: state.version + 1, occurred_at: context.now, actor: agent(1) };
            state = state.evolved(&events, first);
        }
        Ok(state.status)
    };
    let (forward, back) =
        (one_after_the_other(wish.to_vec()), one_after_the_other(wish.iter().rev().cloned().collect()));
    assert_eq!(forward, back, "{wish:?}");
    forward
}

fn low() -> TicketCommand {
    TicketCommand::ChangePriority { to: Priority::Low }
}

fn assign(number: u8) -> TicketCommand {
    TicketCommand::Assign { to: agent_id(number) }
}

#[test]
fn a_wish_is_carried_out_in_an_order_in_which_it_is_possible() {
    use TicketStatus::*;
    for (from, wish, ends) in [
        // Closing comes last.
        (Open, vec![to(Closed), low()], Closed),
        (Open, vec![to(Closed), low(), assign(2)], Closed),
        (InProgress, vec![to(Resolved), write(7)], Resolved),
        // Coming back comes first.
        (Closed, vec![to(Open), low()], Open),
        (Closed, vec![to(Open), assign(2), low()], Open),
        (Resolved, vec![to(InProgress), assign(2)], InProgress),
        (Resolved, vec![to(Open), assign(2)], Open),
        // Assigning moves an open ticket on, to where it may have been wished.
        (Open, vec![to(InProgress), assign(2)], InProgress),
        (Open, vec![to(Open), assign(2)], Open),
        (Open, vec![to(WaitingCustomer), assign(2)], WaitingCustomer),
        // What is so already is no obstacle to the rest.
        (Open, vec![to(Open), low()], Open),
        (Resolved, vec![to(Resolved), assign(2)], Resolved),
    ] {
        assert_eq!(carry_out(&in_status(from).state, &wish), Ok(ends), "from {from}: {wish:?}");
    }
}

#[test]
fn what_is_possible_in_no_order_is_refused() {
    use TicketStatus::*;
    for (from, wish, why) in [
        (Closed, vec![to(InProgress), low()], "invalid_transition"),
        (Closed, vec![to(Closed), low()], "ticket_closed"),
        (Closed, vec![low(), assign(2)], "ticket_closed"),
        (Open, vec![to(Open)], "invalid_transition"),
    ] {
        assert_eq!(carry_out(&in_status(from).state, &wish), Err(why.to_owned()), "from {from}: {wish:?}");
    }
}
