//! The real app on a random port with a data folder of its own.

mod access;
mod authorisation;
mod bad_input;
mod budgets;
mod chats;
mod conventions;
mod credentials;
mod figures;
mod harness;
mod idempotency;
mod jwt;
mod lists;
mod live;
mod notes;
mod online;
mod people;
mod reply;
mod roles;
mod service_levels;
mod sessions;
mod tenants;
mod tickets;
mod views;
mod web;
mod widget;
mod widget_attacks;
