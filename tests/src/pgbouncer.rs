//! PgBouncer, between a test's Docket and its database.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use docket_test_database::Database;
use tempfile::TempDir;

use crate::process::{free_port, run_tool, tail};
use crate::{eventually, skip};

/// A PgBouncer of a test's own.
#[derive(Debug)]
pub struct PgBouncer {
    folder: TempDir,
    port: u16,
    child: Child,
}

impl PgBouncer {
    /// Starts one before the server of `database`, which shares sessions as `pool_mode` says; `None`, saying so, where it
    /// is not installed.
    pub async fn start(database: &Database, pool_mode: &str) -> Option<Self> {
        let program = PathBuf::from("/usr/sbin/pgbouncer");
        if !program.exists() {
            skip("pgbouncer is not there; scripts/test installs it");
            return None;
        }
        let folder = tempfile::Builder::new().prefix("docket-pgbouncer").tempdir().expect("a folder");
        let (port, server) = (free_port(), database.options());
        let config = format!(
            "[databases]\n* = host={} port={} user={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             unix_socket_dir =\nauth_type = any\npool_mode = {pool_mode}\nmax_client_conn = 200\n\
             default_pool_size = 60\nlogfile = {}\n",
            server.get_host(),
            server.get_port(),
            server.get_username(),
            folder.path().join("log").display(),
        );
        let file = folder.path().join("pgbouncer.ini");
        std::fs::write(&file, config).expect("written");
        let root = docket_is_root();
        if root {
            run_tool(Command::new("chown").args(["-R", "postgres"]).arg(folder.path()));
        }
        let mut command = Command::new(&program);
        if root {
            command.args(["-u", "postgres"]);
        }
        let child = command
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program is there");
        let (address, log) = (format!("127.0.0.1:{port}"), folder.path().join("log"));
        eventually(Duration::from_secs(20), || async {
            tokio::net::TcpStream::connect(&address).await.map_err(|error| format!("{error}\n{}", tail(&log, 20)))
        })
        .await;
        Some(Self { folder, port, child })
    }

    /// The database's URL through it.
    pub fn url(&self, database: &Database) -> String {
        let options = database.options();
        let (user, name) = (options.get_username(), options.get_database().expect("a database"));
        format!("postgres://{user}@127.0.0.1:{}/{name}?sslmode=disable", self.port)
    }

    /// What it logged.
    pub fn log(&self) -> String {
        tail(&self.folder.path().join("log"), 40)
    }
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn docket_is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}
