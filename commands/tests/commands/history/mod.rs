//! History that comes in and goes out, over a log and a vault on disk.

mod desk;
mod export;
mod import;
mod numbers;
