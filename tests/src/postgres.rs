//! PostgreSQL servers of a test's own, which can be killed.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::process::{free_port, run_tool, tail};

/// A PostgreSQL server of a test's own, with the real fsync.
#[derive(Debug)]
pub struct PostgresServer {
    folder: TempDir,
    port: u16,
}

impl PostgresServer {
    /// Initialises and starts one; `None`, saying so, where PostgreSQL is not installed.
    pub fn start() -> Option<Self> {
        let Some(bin) = programs() else {
            crate::skip("PostgreSQL's server programs are not installed");
            return None;
        };
        let folder = tempfile::Builder::new().prefix("docket-pg").tempdir().expect("a folder");
        if is_root() {
            run_tool(Command::new("chown").arg("postgres").arg(folder.path()));
        }
        let server = Self { folder, port: free_port() };
        run_tool(server.as_server(&bin.join("initdb")).arg("-D").arg(server.data()).args([
            "-U",
            "docket",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ]));
        server.resume();
        Some(server)
    }

    /// The URL of its first database.
    pub fn url(&self) -> String {
        format!("postgres://docket@127.0.0.1:{}/postgres", self.port)
    }

    /// Ends it as a crash would: no checkpoint, connections cut.
    pub fn crash(&self) {
        run_tool(self.control().args(["-m", "immediate", "stop"]));
    }

    /// Starts it again after a [`crash`](Self::crash), recovering.
    pub fn resume(&self) {
        let options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories={} -c max_connections=200",
            self.port,
            self.folder.path().display()
        );
        let log = self.folder.path().join("log");
        // The server keeps its standard streams: they must not be pipes that somebody waits on.
        let status = self
            .control()
            .args(["-w", "-o", &options, "-l"])
            .arg(&log)
            .arg("start")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        assert!(status.is_ok_and(|status| status.success()), "PostgreSQL did not start:\n{}", tail(&log, 30));
    }

    /// Its data directory.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn control(&self) -> Command {
        let mut command = self.as_server(&programs().expect("found when it was started").join("pg_ctl"));
        command.arg("-D").arg(self.data());
        command
    }

    /// PostgreSQL refuses to run as root.
    fn as_server(&self, program: &Path) -> Command {
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir(self.folder.path());
        command
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        if self.data().join("postmaster.pid").exists() {
            let _ = self.control().args(["-m", "immediate", "stop"]).stdout(Stdio::null()).status();
        }
    }
}

fn programs() -> Option<PathBuf> {
    let mut versions: Vec<PathBuf> =
        std::fs::read_dir("/usr/lib/postgresql").ok()?.flatten().map(|entry| entry.path().join("bin")).collect();
    versions.retain(|bin| bin.join("initdb").exists());
    versions.sort();
    versions.pop()
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}
