//! The write side over real logs: what a command leaves in them, once, whoever else is there.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod accounts;
mod chats;
mod concurrency;
mod desk;
mod history;
mod identities;
mod in_turn;
mod mandates;
mod merging;
mod numbers;
mod once;
mod people;
mod roles;
mod service_levels;
mod tickets;
mod time;
mod views;
