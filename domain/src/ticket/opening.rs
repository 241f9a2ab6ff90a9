//! How a ticket begins.

use std::collections::BTreeMap;

use super::decide::Decision;
use super::event::usual_author;
use super::value::CustomFields;
use super::{Assigned, StatusChanged, Ticket, TicketCommand, TicketEvent, TicketOpened, TicketStatus};
use crate::{Aggregate, DecideContext, Rejection, Violations};

impl Ticket {
    pub(super) fn open(&self, command: &TicketCommand, context: &DecideContext<'_>) -> Decision {
        let TicketCommand::Open {
            number,
            subject,
            description,
            message_id,
            category,
            priority,
            customer_id,
            department_id,
            order_ref,
            tags,
            custom_fields,
            plain_fields,
            channel,
            follow_up_of,
            chat_id,
            assignee_id,
            sla,
            author,
            written_at,
        } = command
        else {
            return Ok(Vec::new());
        };
        if self.exists() {
            return Err(Rejection::AlreadyExists("ticket"));
        }
        context.owner_or_staff(*customer_id, "a customer may open tickets only for themselves")?;
        if assignee_id.is_some() {
            context.staff_only("only the desk may assign a ticket")?;
        }
        if author.is_some() || written_at.is_some() {
            context.staff_only("only the desk may say whose words these are")?;
        }

        let limits = context.limits;
        let mut violations = Violations::default();
        let subject = violations.line("subject", subject, 1, limits.subject_chars);
        let description = violations.body("description", description, limits.description_bytes);
        let category = violations.line("category", category, 1, limits.name_chars);
        let order_ref = violations.optional_line("order_ref", order_ref.as_deref(), limits.remark_chars);
        let tags = violations.names("tags", tags, limits.tags, limits.name_chars);
        super::fields::check_custom_fields(custom_fields, limits.custom_fields, limits, &mut violations);
        if let Some(policy) = sla {
            crate::sla::check_policy(policy, limits, &mut violations);
        }
        violations.into_result()?;

        let (mut plain, mut personal) = (CustomFields::new(), BTreeMap::new());
        for (name, value) in custom_fields {
            let (value, text) = super::fields::sorted(name, value, plain_fields);
            plain.extend(value.map(|value| (name.clone(), value)));
            personal.extend(text.map(|text| (name.clone(), text)));
        }
        let mut events: Vec<TicketEvent> = vec![
            TicketOpened {
                number: *number,
                subject: subject.into(),
                description: description.into(),
                message_id: *message_id,
                category,
                priority: *priority,
                customer_id: *customer_id,
                department_id: *department_id,
                order_ref: order_ref.map(Into::into),
                tags,
                custom_fields: plain,
                personal_fields: personal,
                channel: *channel,
                follow_up_of: *follow_up_of,
                chat_id: *chat_id,
                author: author.filter(|author| *author != usual_author(context.actor, *customer_id)),
                written_at: *written_at,
            }
            .into(),
        ];
        if let Some(policy) = sla {
            events.push(TicketEvent::SlaPolicyApplied((**policy).clone()));
        }
        if let Some(to) = *assignee_id {
            events.push(Assigned { from: None, to, by: context.actor }.into());
            events.push(
                StatusChanged {
                    from: TicketStatus::Open,
                    to: TicketStatus::InProgress,
                    reason: None,
                    resolution_seconds: None,
                    restored: false,
                }
                .into(),
            );
        }
        Ok(events)
    }
}
