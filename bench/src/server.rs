//! Server processes under measurement: the real `docket` and the baselines.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::Failure;
use crate::load::{Connection, write_request};

/// The admin token real servers are started with.
pub(crate) const TOKEN: &str = "bench-0123456789abcdef0123456789abcdef";

/// A server process; ended with this value.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// Seconds from starting the process to its first good answer.
    pub(crate) cold_start: f64,
}

impl Server {
    /// The real one, on a data folder, in all its roles.
    pub(crate) async fn docket(program: &Path, data: &Path) -> Result<Self, Failure> {
        Self::docket_as(program, data, "api,relay,projections,reactors").await
    }

    /// The real one in some of its roles.
    pub(crate) async fn docket_as(program: &Path, data: &Path, roles: &str) -> Result<Self, Failure> {
        Self::docket_in(program, data, &["--roles", roles], &[], "/readyz").await
    }

    /// The real one, with settings of its own. Its read models may have much to take in yet.
    pub(crate) async fn docket_with(
        program: &Path,
        data: &Path,
        settings: &[(&'static str, String)],
    ) -> Result<Self, Failure> {
        Self::docket_in(program, data, &[], settings, "/healthz").await
    }

    async fn docket_in(
        program: &Path,
        data: &Path,
        flags: &[&str],
        settings: &[(&'static str, String)],
        ready: &str,
    ) -> Result<Self, Failure> {
        let address = free_address()?;
        let mut command = Command::new(program);
        command.arg("serve").arg("--data").arg(data).arg("--listen").arg(address.to_string()).args(flags);
        command.env("DOCKET_BOOTSTRAP_TOKEN", TOKEN).envs(settings.iter().map(|(name, value)| (name, value)));
        Self::start(command, address, ready).await
    }

    /// The echo baseline.
    pub(crate) async fn echo() -> Result<Self, Failure> {
        let address = free_address()?;
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["baseline", "echo", "--listen", &address.to_string()]);
        Self::start(command, address, "/ready").await
    }

    /// The bare group commit baseline, on a new log in that folder.
    pub(crate) async fn bare(folder: &Path) -> Result<Self, Failure> {
        let address = free_address()?;
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["baseline", "bare", "--listen", &address.to_string(), "--log"]).arg(folder.join("log.db"));
        Self::start(command, address, "/ready").await
    }

    async fn start(mut command: Command, address: SocketAddr, ready: &str) -> Result<Self, Failure> {
        let begin = Instant::now();
        let log = std::env::temp_dir().join(format!("docket-bench-{}.log", address.port()));
        let output = std::fs::File::create(&log)?;
        let child = command
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .map_err(|error| Failure::Setup(format!("{}: {error}", command.get_program().to_string_lossy())))?;
        let mut server = Self { child, address, cold_start: 0.0 };
        let mut request = Vec::new();
        write_request(&mut request, "GET", ready, "", "");
        while begin.elapsed() < Duration::from_secs(600) {
            if let Ok(mut connection) = Connection::open(address).await
                && let Ok((200, _)) = connection.exchange(&request).await
            {
                server.cold_start = begin.elapsed().as_secs_f64();
                let _ = std::fs::remove_file(&log);
                return Ok(server);
            }
            if let Some(status) = server.child.try_wait()? {
                let text = std::fs::read_to_string(&log).unwrap_or_default();
                return Err(Failure::Setup(format!("a server ended with {status}:\n{text}")));
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Err(Failure::Setup(format!("{command:?} did not get ready; see {}", log.display())))
    }

    /// Its resident memory in MB.
    pub(crate) fn memory_mb(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
        resident.trim().trim_end_matches(" kB").parse::<f64>().map_or(f64::NAN, |kb| kb / 1024.0)
    }

    /// Ends it well, so that its folder can be read.
    pub(crate) async fn stop(mut self) -> Result<(), Failure> {
        Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status()?;
        let begin = Instant::now();
        while begin.elapsed() < Duration::from_secs(30) {
            if self.child.try_wait()?.is_some() {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Err(Failure::Setup("docket did not end within 30 s of SIGTERM".into()))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The `docket` built beside this program, unless another was named.
pub(crate) fn program(named: Option<PathBuf>) -> Result<PathBuf, Failure> {
    let path = match named {
        Some(path) => path,
        None => std::env::current_exe()?.with_file_name("docket"),
    };
    if path.is_file() {
        Ok(path)
    } else {
        Err(Failure::Setup(format!("{} is not there: cargo build --release -p docket-api", path.display())))
    }
}

fn free_address() -> Result<SocketAddr, Failure> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?)
}
