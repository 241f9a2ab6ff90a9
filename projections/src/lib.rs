//! The read side: pure folds into tables, and the queries over them.
//!
//! # Invariants of this room
//! - A table is a pure function of the log: dropped and rebuilt it has the same rows, byte for byte.
//! - Rows and checkpoint change in one transaction; a worker that lost its place changes nothing.
//! - Every query takes a [`Viewer`]: tenants never meet, and a customer's limits are in the SQL itself.

mod as_of;
mod compare;
mod database;
mod error;
mod folding;
mod group;
mod model;
mod models;
mod names;
mod presence;
mod queries;
mod read_models;
mod rebuild;
mod runner;
mod table;
mod viewer;
pub mod views;
mod words;

pub use as_of::ticket_at;
pub use compare::{Compared, Difference};
pub use error::{QUERY_LIMIT, ReadError};
pub use queries::{Queries, explain_sla};
pub use read_models::{Projected, READERS, ReadCache, ReadModels, ReadModelsUrl};
pub use rebuild::{RebuildProgress, Rebuilt};
pub use runner::Runner;
pub use viewer::{Said, Viewer, ViewerKind};
