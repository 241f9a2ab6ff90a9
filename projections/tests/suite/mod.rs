//! One suite, run on SQLite and PostgreSQL.

mod as_whom;
mod comparing;
mod desk;
mod erasing;
mod figures;
mod history;
mod lists;
mod people;
mod plans;
mod rebuilding;
mod roles;
mod running;
mod seeing;
mod service_levels;
mod together;
mod views;
mod words;

/// Makes a test for each database of an async function that takes an [`Engine`](desk::Engine).
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::suite::desk::Engine::Sqlite).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::suite::desk::Engine::Postgres).await;
            })+
        }
    };
}
pub(crate) use on_both;
