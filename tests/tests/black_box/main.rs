//! Black-box and fault tests: what a client, an operator and an accident can do to a running desk.

mod backup;
mod bad_input;
mod bounded_reads;
mod command_line;
mod conventions;
mod erasure;
mod erasure_files;
mod fault_broker;
mod fault_database;
mod fault_kill;
mod foreign;
mod generated_clients;
mod imports;
mod isolation;
mod live;
mod measured;
mod nats_logins;
mod poison;
mod postgres;
mod proving;
mod real_data;
mod rebuild;
mod roles;
mod servers;
mod service_levels;
mod ticket_life;
