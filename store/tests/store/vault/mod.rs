//! The vault on both of its databases: one suite, each test with a database of its own.

/// Runs each test on both databases.
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        mod sqlite { $( #[tokio::test(flavor = "multi_thread", worker_threads = 2)] async fn $name() { super::$name(super::Kind::Sqlite).await } )+ }
        mod postgres { $( #[tokio::test(flavor = "multi_thread", worker_threads = 2)] async fn $name() { super::$name(super::Kind::Postgres).await } )+ }
    };
}
pub(crate) use on_both;

mod accounts;
mod following;
mod house;
mod keys;
mod master_key;
mod tries;
