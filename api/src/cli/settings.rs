//! Flags that set what the configuration file sets.

use std::path::PathBuf;

use clap::Args;

use crate::config::{ConfigError, HttpOverrides, Overrides, Role, Settings};
use crate::runtime::{Desk, Ledger, StartError};

/// Where the desk is. Flags win over `DOCKET_*` variables, those over the file.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct SettingArgs {
    /// The configuration file; `docket config` prints one with every key.
    #[arg(long, value_name = "FILE", env = "DOCKET_CONFIG")]
    config: Option<PathBuf>,
    /// The data folder [default: data].
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The log: `sqlite`, or `postgres://…` [default: sqlite].
    #[arg(long, value_name = "WHERE")]
    store: Option<String>,
    /// The read models: `sqlite`, or `postgres://…` [default: sqlite].
    #[arg(long, value_name = "WHERE")]
    read_models: Option<String>,
    /// The organisation [default: default].
    #[arg(long, value_name = "NAME")]
    org: Option<String>,
}

impl SettingArgs {
    /// What these flags set.
    pub(crate) fn overrides(&self) -> Overrides {
        Overrides {
            data: self.data.clone(),
            roles: None,
            store: self.store.clone(),
            read_models: self.read_models.clone(),
            nats: None,
            org: self.org.clone(),
            http: HttpOverrides::default(),
        }
    }

    /// The settings with more overrides.
    pub(crate) fn load_with(&self, overrides: &Overrides) -> Result<Settings, ConfigError> {
        Settings::load(self.config.as_deref(), overrides)
    }

    /// As [`open`](Self::open) for a desk that is there: a mistyped folder or address is no empty desk.
    pub(crate) async fn open_existing(&self) -> Result<Desk, StartError> {
        Desk::open_existing(&self.quiet()?).await
    }

    /// Log and vault of a desk that is there: for whoever only looks.
    pub(crate) async fn open_ledger(&self) -> Result<Ledger, StartError> {
        Ledger::open(&self.quiet()?).await
    }

    /// The desk opened with these settings; made, if there is none.
    pub(crate) async fn open(&self) -> Result<Desk, StartError> {
        Desk::open(&self.quiet()?).await
    }

    /// The settings of a command that logs only warnings.
    fn quiet(&self) -> Result<Settings, StartError> {
        let mut settings = self.load_with(&self.overrides())?;
        if settings.logging.filter == "info" {
            settings.logging.filter = "warn".to_owned();
        }
        crate::observe::start_logging(&settings.logging)?;
        settings.tell_unknown_variables();
        Ok(settings)
    }
}

/// Flags only a server has.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ServerArgs {
    #[command(flatten)]
    pub(crate) settings: SettingArgs,
    /// Address or host name, and port [default: 127.0.0.1:8080].
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// The address people reach Docket at, e.g. `https://desk.example.com`.
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// NATS with JetStream, e.g. `nats://127.0.0.1:4222`, or several servers with commas between; without it, delivery is
    /// in-process. How to log in is said in the configuration file or by variables.
    #[arg(long, value_name = "URL")]
    nats: Option<String>,
    /// What this process does [default: all].
    #[arg(long, value_name = "ROLES", value_delimiter = ',')]
    roles: Option<Vec<Role>>,
}

impl ServerArgs {
    /// The settings these flags lead to.
    pub(crate) fn load(&self) -> Result<Settings, ConfigError> {
        let overrides = Overrides {
            nats: self.nats.clone(),
            roles: self.roles.clone(),
            http: HttpOverrides { listen: self.listen.clone(), public_url: self.public_url.clone() },
            ..self.settings.overrides()
        };
        self.settings.load_with(&overrides)
    }
}
