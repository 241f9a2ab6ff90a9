//! History that comes in and goes out, over a log and a vault on disk.

mod desk;
mod export;
mod external_ids;
mod import;
mod lines;
mod numbers;
