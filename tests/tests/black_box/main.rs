//! Black-box and fault tests: what a client, an operator and an accident can do to a running desk.

mod fault_broker;
mod fault_database;
mod fault_kill;
mod servers;
