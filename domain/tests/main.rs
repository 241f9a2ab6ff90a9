//! The rules of the desk, by example and by property.

mod scenario;

mod account;
mod agent;
mod arbitrary;
mod calendar;
mod chat;
mod clocks;
mod clocks_oracle;
mod customer;
mod data;
mod department;
mod events;
mod external_id;
mod history;
mod organisation;
mod properties;
mod retired;
mod role;
mod schemas;
mod service_level;
mod ticket_conversation;
mod ticket_fields;
mod ticket_lifecycle;
mod ticket_sla;
mod ticket_status;
mod ticket_wish;
mod values;
mod view;
