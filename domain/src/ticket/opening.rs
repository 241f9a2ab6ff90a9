//! How a ticket begins.

use super::decide::Decision;
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
            channel,
            follow_up_of,
            chat_id,
            assignee_id,
            sla,
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

        let limits = context.limits;
        let mut violations = Violations::default();
        let subject = violations.line("subject", subject, 1, limits.subject_chars);
        let description = violations.body("description", description, limits.description_bytes);
        let category = violations.line("category", category, 1, limits.name_chars);
        let order_ref = violations.optional_line("order_ref", order_ref.as_deref(), limits.remark_chars);
        let tags = violations.names("tags", tags, limits.tags, limits.name_chars);
        let custom_fields = custom_fields.iter().filter(|(_, value)| !value.is_null());
        let custom_fields = custom_fields.map(|(name, value)| (name.clone(), value.clone())).collect();
        super::fields::check_custom_fields(&custom_fields, limits, &mut violations);
        violations.count("custom_fields", custom_fields.len(), limits.custom_fields);
        if let Some(policy) = sla {
            crate::sla::check_policy(policy, limits, &mut violations);
        }
        violations.into_result()?;

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
                order_ref,
                tags,
                custom_fields,
                channel: *channel,
                follow_up_of: *follow_up_of,
                chat_id: *chat_id,
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
                }
                .into(),
            );
        }
        Ok(events)
    }
}
