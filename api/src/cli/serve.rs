//! `docket serve`.

use clap::Args;

use super::Outcome;
use super::settings::ServerArgs;
use crate::config::Role;
use crate::runtime::{Desk, Server};

/// Runs the desk.
#[derive(Debug, Default, Args)]
#[command(after_help = "Examples:
  docket serve --data /var/lib/docket --listen 0.0.0.0:8080
  docket serve --roles api --store postgres://docket@db/docket --read-models postgres://docket@db/docket
  DOCKET_BOOTSTRAP_TOKEN=$(openssl rand -hex 32) docket serve      an admin API token for automation")]
pub(crate) struct Serve {
    #[command(flatten)]
    server: ServerArgs,
}

impl Serve {
    pub(crate) async fn run(self) -> Outcome {
        let settings = self.server.load()?;
        crate::observe::start_logging(&settings.logging)?;
        settings.tell_unknown_variables();
        let mut signals = Signals::listen()?;
        let start = async { Server::start(Desk::open(&settings).await?).await };
        let server = tokio::select! {
            server = start => server?,
            () = signals.told_to_stop() => return Ok(()),
        };
        announce(&server);
        wait(server, signals).await
    }
}

/// Says where it is, and at the first start how to get in.
pub(super) fn announce(server: &Server) {
    let is_api = server.desk().settings.has_role(Role::Api);
    match server.address {
        Some(_) if is_api => say!("Docket serves {} (API: {}/docs)", server.public_url, server.public_url),
        Some(address) => say!("Docket works without the role api; health and metrics are at http://{address}"),
        None => say!("Docket works without the role api"),
    }
    if let Some(first) = &server.first_sign_in {
        say!("\nThis is the first start. Sign in once as the administrator, and set address and password:");
        say!("  {}/sign-in?code={}", server.public_url, first.code);
        say!("or: POST /v1/sessions {{\"code\": \"{}\", \"email\": …, \"password\": …}}\n", first.code);
    }
}

/// Runs until it is told to stop.
pub(super) async fn wait(server: Server, mut signals: Signals) -> Outcome {
    signals.told_to_stop().await;
    tracing::info!("stopping");
    let hurry = tokio::spawn(async move {
        signals.told_to_stop().await;
        std::process::exit(130);
    });
    server.stop().await;
    hurry.abort();
    Ok(())
}

/// What tells the process to stop. Listened to from the start: a signal nobody listens to ends a process at once.
pub(super) struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    /// Listens from here on.
    #[cfg(unix)]
    pub(super) fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// Listens from here on.
    #[cfg(not(unix))]
    pub(super) fn listen() -> std::io::Result<Self> {
        Ok(Self {})
    }

    /// Waits for the next.
    #[cfg(unix)]
    async fn told_to_stop(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    /// Waits for the next.
    #[cfg(not(unix))]
    async fn told_to_stop(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
