//! nats-server: started, killed, started again on the same store.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::process::{cache_dir, free_port, tail};
use crate::{eventually, skip};

/// Which nats-server a test wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NatsVersion {
    /// Debian's, 2.9.
    Debian,
    /// A current one, which `scripts/test` keeps in `.cache`.
    Current,
}

impl NatsVersion {
    fn program(self) -> PathBuf {
        match self {
            Self::Debian => "/usr/sbin/nats-server".into(),
            Self::Current => cache_dir().join("nats/bin/nats-server"),
        }
    }
}

/// A nats-server with JetStream of a test's own.
#[derive(Debug)]
pub struct NatsServer {
    folder: TempDir,
    port: u16,
    program: PathBuf,
    config: Option<PathBuf>,
    child: Option<Child>,
}

impl NatsServer {
    /// Starts one; `None`, saying so, where it is not installed.
    pub async fn start(version: NatsVersion) -> Option<Self> {
        Self::start_with(version, None).await
    }

    /// Starts one with a configuration: who may do what, TLS. Clients then have to log in as it says.
    pub async fn start_configured(version: NatsVersion, config: &str) -> Option<Self> {
        Self::start_with(version, Some(config)).await
    }

    async fn start_with(version: NatsVersion, config: Option<&str>) -> Option<Self> {
        let program = version.program();
        if !program.exists() {
            skip(&format!("{} is not there; scripts/test installs it", program.display()));
            return None;
        }
        let folder = tempfile::Builder::new().prefix("docket-nats").tempdir().expect("a folder");
        let config = config.map(|text| {
            let path = folder.path().join("nats.conf");
            std::fs::write(&path, text).expect("written");
            path
        });
        let mut server = Self { folder, port: free_port(), program, config, child: None };
        server.resume().await;
        Some(server)
    }

    /// Where clients connect.
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Where it listens, without a scheme.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Whether it is of that version.
    pub fn is(&self, version: NatsVersion) -> bool {
        self.program == version.program()
    }

    /// The folder in which JetStream keeps its streams.
    pub fn store(&self) -> PathBuf {
        self.folder.path().join("store")
    }

    /// Ends it with SIGKILL.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Starts it again on the same port and store, and waits until it answers.
    pub async fn resume(&mut self) {
        let log = self.folder.path().join("log");
        let child = Command::new(&self.program)
            .args(["-a", "127.0.0.1", "-p", &self.port.to_string(), "-js", "-sd"])
            .arg(self.store())
            .arg("-l")
            .arg(&log)
            .args(self.config.iter().flat_map(|config| [std::ffi::OsStr::new("-c"), config.as_os_str()]))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program was there when the test began");
        self.child = Some(child);
        let address = format!("127.0.0.1:{}", self.port);
        eventually(Duration::from_secs(20), || async {
            tokio::net::TcpStream::connect(&address).await.map_err(|error| format!("{error}\n{}", tail(&log, 20)))
        })
        .await;
    }

    /// Copies the store as it lies on disk. Kill the server first.
    pub fn back_up(&self) -> TempDir {
        let copy = tempfile::tempdir().expect("a folder");
        copy_folder(&self.store(), copy.path());
        copy
    }

    /// Puts an old copy in the place of the store. Kill the server first.
    pub fn restore(&self, backup: &TempDir) {
        let _ = std::fs::remove_dir_all(self.store());
        copy_folder(backup.path(), &self.store());
    }
}

impl Drop for NatsServer {
    fn drop(&mut self) {
        self.kill();
    }
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("the store is a folder") {
        let entry = entry.expect("readable");
        if entry.file_type().expect("readable").is_dir() {
            copy_folder(&entry.path(), &to.join(entry.file_name()));
        } else {
            std::fs::copy(entry.path(), to.join(entry.file_name())).expect("copied");
        }
    }
}
