//! The read side on both databases, each test with its own.

mod suite;
