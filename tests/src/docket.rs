//! The `docket` binary, as a user runs it.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::process::{free_port, run_tool, tail};
use crate::{Client, ReadModelRows, eventually};

/// How a server is to be started.
#[derive(Debug, Clone, Default)]
pub struct DocketOptions {
    /// `--store`; embedded SQLite if absent.
    pub store: Option<String>,
    /// `--read-models`; as the binary chooses if absent.
    pub read_models: Option<String>,
    /// `--nats`; in-process delivery if absent.
    pub nats: Option<String>,
    /// `--roles`; all if absent.
    pub roles: Option<String>,
    /// More environment variables.
    pub environment: Vec<(String, String)>,
}

/// A running server with a data folder of its own.
#[derive(Debug)]
pub struct Docket {
    folder: TempDir,
    port: u16,
    options: DocketOptions,
    token: String,
    child: Option<Child>,
}

impl Docket {
    /// Starts one on embedded SQLite and waits until it is ready.
    pub async fn start() -> Self {
        Self::start_with(DocketOptions::default()).await
    }

    /// Starts one and waits until it is ready.
    pub async fn start_with(options: DocketOptions) -> Self {
        let mut docket = Self::prepare(options);
        docket.resume().await;
        docket
    }

    /// A data folder and a port, nothing started yet.
    pub fn prepare(options: DocketOptions) -> Self {
        crate::set_up();
        let folder = tempfile::Builder::new().prefix("docket-data").tempdir().expect("a folder");
        let token = format!("test-{}", docket_store::new_id().simple());
        Self { folder, port: free_port(), options, token, child: None }
    }

    /// A second node on the same databases and broker: same token and master key, its own folder and port.
    pub async fn start_beside(&self, roles: Option<&str>) -> Self {
        let mut options = self.options.clone();
        options.roles = roles.map(str::to_owned);
        let mut second = Self::prepare(options);
        second.token.clone_from(&self.token);
        let key = self.data().join("master.key");
        if key.exists() {
            std::fs::create_dir_all(second.data()).expect("a folder");
            std::fs::copy(&key, second.data().join("master.key")).expect("copied");
        }
        second.resume().await;
        second
    }

    /// Starts the server on its folder (again) and waits until `/readyz` says so.
    pub async fn resume(&mut self) {
        self.spawn();
        self.ready().await;
    }

    /// Starts the server without waiting.
    pub fn spawn(&mut self) {
        assert!(self.child.is_none(), "it runs already");
        let log = std::fs::File::options().create(true).append(true).open(self.log()).expect("a log file");
        let mut command = self.command("serve");
        command.args(["--listen", &format!("127.0.0.1:{}", self.port)]);
        if let Some(roles) = &self.options.roles {
            command.args(["--roles", roles]);
        }
        command.stdin(Stdio::null()).stdout(log.try_clone().expect("a second handle")).stderr(log);
        self.child = Some(command.spawn().expect("the binary can be started"));
    }

    /// Waits until `/readyz` answers 200.
    ///
    /// # Panics
    /// If the process ends first or a minute passes.
    pub async fn ready(&mut self) {
        let url = format!("{}/readyz", self.url());
        let http = reqwest::Client::builder().timeout(Duration::from_secs(5)).build().expect("a client");
        let log = self.log();
        let child = self.child.as_mut().expect("started");
        eventually(Duration::from_secs(60), || {
            if let Ok(Some(status)) = child.try_wait() {
                panic!("docket ended with {status}:\n{}", tail(&log, 60));
            }
            let request = http.get(&url).send();
            let log = log.clone();
            async move {
                match request.await {
                    Ok(answer) if answer.status().is_success() => Ok(()),
                    Ok(answer) => Err(format!("{}: {}", answer.status(), answer.text().await.unwrap_or_default())),
                    Err(error) => Err(format!("{error}\n{}", tail(&log, 40))),
                }
            }
        })
        .await;
    }

    /// Runs another command (`verify`, `token issue` …) of the binary on the same folder and databases, to its end.
    ///
    /// # Panics
    /// If it fails, with what it printed.
    pub fn run(&self, subcommand: &str, arguments: &[&str]) -> String {
        run_tool(self.command(subcommand).args(arguments))
    }

    /// The binary with the settings of this server: to be run in another way.
    pub fn command(&self, subcommand: &str) -> Command {
        let mut command = Command::new(binary());
        // Settings of whoever runs the tests are not the server's; one it does not know would stop it.
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("DOCKET_")) {
            command.env_remove(name);
        }
        command.args(subcommand.split(' ')).arg("--data").arg(self.data());
        if let Some(store) = &self.options.store {
            command.args(["--store", store]);
        }
        if let Some(read_models) = &self.options.read_models {
            command.args(["--read-models", read_models]);
        }
        if subcommand == "serve"
            && let Some(nats) = &self.options.nats
        {
            command.args(["--nats", nats]);
        }
        command.env("DOCKET_BOOTSTRAP_TOKEN", &self.token).env("NO_COLOR", "1").current_dir(self.folder.path());
        command.envs(self.options.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// The binary without settings: a client of a server.
    pub fn bare_command(subcommand: &str) -> Command {
        let mut command = Command::new(binary());
        command.arg(subcommand).env("NO_COLOR", "1");
        command
    }

    /// Ends it with SIGKILL, as a power cut would.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Asks it to end (SIGTERM) and waits.
    ///
    /// # Panics
    /// If it does not end well within half a minute.
    pub async fn stop(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        run_tool(Command::new("kill").args(["-TERM", &child.id().to_string()]));
        let log = self.log();
        let status = eventually(Duration::from_secs(30), || {
            let status = child.try_wait();
            async { status.ok().flatten().ok_or("still runs after SIGTERM") }
        })
        .await;
        assert!(status.success(), "docket ended with {status}:\n{}", tail(&log, 40));
    }

    /// Where it listens, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Its data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The PostgreSQL its log is on, if it is.
    pub fn store_url(&self) -> Option<&str> {
        self.options.store.as_deref().filter(|url| url.starts_with("postgres"))
    }

    /// The rows of its read models.
    pub async fn rows(&self) -> ReadModelRows {
        match self.options.read_models.as_deref().filter(|url| url.starts_with("postgres")) {
            Some(url) => ReadModelRows::of_postgres(url).await,
            None => ReadModelRows::of_sqlite(&self.data().join("read.db")).await,
        }
    }

    /// What it printed.
    pub fn log(&self) -> PathBuf {
        self.folder.path().join("docket.log")
    }

    /// The admin token it was started with.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// The process's id while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// A client with the admin token.
    pub fn admin(&self) -> Client {
        Client::new(&self.url(), Some(&self.token))
    }

    /// A client without any credentials.
    pub fn anonymous(&self) -> Client {
        Client::new(&self.url(), None)
    }
}

impl Drop for Docket {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            eprintln!("--- the end of {}'s log ---\n{}\n---", self.url(), tail(&self.log(), 60));
        }
    }
}

/// The binary under test: `DOCKET_BIN`, or the one built beside this test.
fn binary() -> PathBuf {
    if let Some(path) = std::env::var_os("DOCKET_BIN") {
        return path.into();
    }
    let test = std::env::current_exe().expect("a running test has a path");
    let found = test.ancestors().skip(1).take(3).map(|folder| folder.join("docket")).find(|path| path.is_file());
    found.unwrap_or_else(|| panic!("no docket beside {}: cargo build -p docket-api", show(&test)))
}

fn show(path: &Path) -> String {
    path.display().to_string()
}
