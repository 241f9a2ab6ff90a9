//! The HTTP surface.

pub mod extract;
pub mod problem;
