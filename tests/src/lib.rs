//! Support for the black-box and fault tests: real servers, started and killed, and clients that speak only what any
//! client could.
//!
//! # Invariants of this room
//! - Nothing is mocked: a test talks to the `docket` binary, PostgreSQL and nats-server over their sockets.
//! - Every test has its own data folder, database, subjects and ports; tests run side by side.
//! - Waiting is [`eventually`], with a deadline; nothing sleeps and hopes.

mod client;
mod docket;
mod eventually;
mod history;
mod live;
mod nats;
mod nats_identities;
mod people;
mod pgbouncer;
mod postgres;
mod process;
mod random;
mod real_data;
mod rows;
mod tamper;
mod workload;

pub use client::{Answer, Client};
pub use docket::{Docket, DocketOptions};
pub use docket_test_database::Database;
pub use eventually::{DEADLINE, eventually};
pub use history::history;
pub use live::{LiveSocket, SseEvent, SseStream};
pub use nats::{NatsServer, NatsVersion};
pub use nats_identities::{Certificates, nkey, operator_with_user};
pub use people::{Person, address};
pub use pgbouncer::PgBouncer;
pub use postgres::PostgresServer;
pub use process::{cache_dir, free_port, repository, run_tool, skip};
pub use random::Random;
pub use real_data::{convert_chats, convert_helpdesk, real_data};
pub use rows::ReadModelRows;
pub use tamper::tamper;
pub use workload::{Acknowledged, Workload, assert_kept};

/// Call first in every test that uses TLS-capable clients: two rustls providers meet in one binary.
pub fn set_up() {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}
