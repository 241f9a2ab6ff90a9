//! A PostgreSQL database of a test's own, for the tests of every crate.
//!
//! The server is the one `DOCKET_TEST_POSTGRES` names; `scripts/test` starts one and names it. Every test has its own
//! database, made when it begins and dropped when it ends, so that tests run side by side.

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

/// A database with a name of its own; dropped at the end.
#[derive(Debug)]
pub struct Database {
    server: String,
    name: String,
}

impl Database {
    /// Makes one on the server of `DOCKET_TEST_POSTGRES`.
    ///
    /// # Panics
    /// If there is no such server: a test that quietly tests nothing is worse than one that fails.
    pub async fn create() -> Self {
        Self::create_on(&server()).await
    }

    /// Makes one on the server of that URL, which names a superuser and a database to begin from.
    ///
    /// # Panics
    /// If the server cannot be reached or does not allow it.
    pub async fn create_on(server: &str) -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "the store, whose tests need this too, cannot be asked for an id"
        )]
        let name = format!("docket_test_{}", uuid::Uuid::now_v7().simple());
        let mut admin = PgConnection::connect(server)
            .await
            .unwrap_or_else(|error| panic!("{server}: {error}; scripts/test starts a server and names it"));
        let create = format!("CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0");
        admin.execute(AssertSqlSafe(create)).await.unwrap_or_else(|error| panic!("{server}: {error}"));
        Self { server: server.to_owned(), name }
    }

    /// Its URL, as any client understands it.
    pub fn url(&self) -> String {
        let (base, _) = self.server.rsplit_once('/').expect("a URL with a database, which was connected to");
        format!("{base}/{}", self.name)
    }

    /// How to connect to it.
    pub fn options(&self) -> PgConnectOptions {
        self.url().parse().expect("the server's was connected to")
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        // A thread of its own: a test's runtime may be ending around this.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let mut admin = PgConnection::connect(&server).await?;
                admin.execute(AssertSqlSafe(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))).await
            })
        });
        // A server of the test's own may be gone already.
        if let Ok(Err(error)) = dropped.join() {
            eprintln!("{} is left behind: {error}", self.name);
        }
    }
}

fn server() -> String {
    std::env::var("DOCKET_TEST_POSTGRES")
        .expect("DOCKET_TEST_POSTGRES names a PostgreSQL server for tests; scripts/test starts one")
}
