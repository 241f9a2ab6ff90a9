//! Connections to PostgreSQL, the same for all who connect: the log, the vault, the leases and the read models.
//!
//! - **Settings.** What Docket relies on is set on every connection, whatever the server, the database or the role
//!   have as their defaults. It is set by a statement, not at start-up: poolers refuse or drop start-up options.
//! - **Trust.** Once any connection answers that its server cannot do the work (it became read-only, it is shutting
//!   down), every connection opened before that moment is replaced when it is next used. A pool would otherwise keep
//!   connections to a server that is no longer the primary for as long as they live.
//! - **Sessions.** Advisory locks, `LISTEN` and settings need a session. A pooler that shares sessions between clients
//!   is noticed at the start.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgConnection, PgDatabaseError, PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _};

/// Idle time after which a connection is tried before it is used. Trying each one each time would cost a round trip.
const STALE: Duration = Duration::from_secs(1);
/// How long somebody waits for a connection: whoever asked over HTTP has little more patience.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often two connections are compared to find out whether they share a session.
const COMPARISONS: usize = 3;

/// What is set on every connection. Each of these has made some statement or answer of Docket's mean something else.
const SETTINGS: [(&str, &str); 16] = [
    ("array_nulls", "on"),
    ("bytea_output", "hex"),
    ("client_min_messages", "warning"),
    ("DateStyle", "ISO, YMD"),
    ("default_transaction_deferrable", "off"),
    ("default_transaction_isolation", "read committed"),
    ("extra_float_digits", "3"),
    ("idle_in_transaction_session_timeout", "30s"),
    ("IntervalStyle", "postgres"),
    ("lock_timeout", "10s"),
    ("row_security", "on"),
    ("standard_conforming_strings", "on"),
    ("statement_timeout", "0"),
    ("synchronous_commit", "on"),
    ("TimeZone", "UTC"),
    ("transform_null_equals", "off"),
];

/// And what only some versions of the server know: time-outs that would end a session which waits for its next work.
const SETTINGS_IF_KNOWN: &str = "SELECT set_config(name, '0', false) FROM pg_settings \
    WHERE name IN ('idle_session_timeout', 'transaction_timeout')";

/// How somebody connects: where to, and with which settings.
#[derive(Debug, Clone)]
pub struct Connector {
    options: PgConnectOptions,
    settings: Vec<(String, String)>,
}

impl Connector {
    /// Connects to `url` under a name that shows in `pg_stat_activity`, with `schema` as the search path.
    ///
    /// # Errors
    /// If the URL is malformed.
    pub fn new(url: &str, application_name: &str, schema: &str) -> Result<Self, sqlx::Error> {
        beginning(); // is before every connection
        let options: PgConnectOptions = url.parse()?;
        // Poolers refuse the start-up parameter; it is set with the others.
        let options = options.application_name(application_name).extra_float_digits(None);
        let settings = SETTINGS.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Ok(Self { options, settings }.with("search_path", schema))
    }

    /// With another setting, or another value of one.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.settings.retain(|(known, _)| known != name);
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With room for so many prepared statements on each connection.
    #[must_use]
    pub fn statement_cache(mut self, capacity: usize) -> Self {
        self.options = self.options.statement_cache_capacity(capacity);
        self
    }

    /// One connection.
    ///
    /// # Errors
    /// If it cannot be made.
    pub async fn connect(&self) -> Result<PgConnection, sqlx::Error> {
        let mut connection = self.options.connect().await?;
        apply(&mut connection, &self.statement()).await?;
        Ok(connection)
    }

    /// A pool, set up further by `set_up`. Its first connection is made now.
    ///
    /// # Errors
    /// If that cannot be made.
    pub async fn pool(&self, set_up: impl FnOnce(PgPoolOptions) -> PgPoolOptions) -> Result<PgPool, sqlx::Error> {
        set_up(self.pool_options()).connect_with(self.options.clone()).await
    }

    /// A pool whose connections are made when they are needed.
    pub fn lazy_pool(&self, set_up: impl FnOnce(PgPoolOptions) -> PgPoolOptions) -> PgPool {
        set_up(self.pool_options()).connect_lazy_with(self.options.clone())
    }

    /// Fails if a pooler hands one session to several clients: what is set, locked or listened to would be another's.
    ///
    /// # Errors
    /// If that is so, or the server cannot be reached.
    pub async fn check_sessions(&self) -> Result<(), sqlx::Error> {
        let mut first = self.options.connect().await?;
        let mut second = self.options.connect().await?;
        let begin = backend(&mut first).await?;
        for _ in 0..COMPARISONS {
            let other = backend(&mut second).await?;
            if other == begin || backend(&mut first).await? != begin {
                return Err(sqlx::Error::Configuration(SHARED_SESSIONS.into()));
            }
        }
        first.close().await?;
        second.close().await
    }

    fn pool_options(&self) -> PgPoolOptions {
        let statement = self.statement();
        PgPoolOptions::new()
            .acquire_timeout(PATIENCE)
            .test_before_acquire(false)
            .after_connect(move |connection, _| {
                let statement = statement.clone();
                Box::pin(async move { apply(connection, &statement).await })
            })
            .before_acquire(|connection, meta| {
                Box::pin(async move {
                    if Instant::now().checked_sub(meta.age).is_none_or(is_distrusted) {
                        return Ok(false);
                    }
                    // After a restart of the server the idle ones are all dead; after a failover, read-only.
                    Ok(meta.idle_for < STALE || !is_read_only(connection).await?)
                })
            })
    }

    /// One statement for all settings.
    fn statement(&self) -> String {
        let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
        let set = |(name, value): &(String, String)| format!("set_config({}, {}, false)", quoted(name), quoted(value));
        format!("SELECT {}; {SETTINGS_IF_KNOWN}", self.settings.iter().map(set).collect::<Vec<_>>().join(", "))
    }
}

const SHARED_SESSIONS: &str = "the pooler in front of PostgreSQL shares sessions between its clients (transaction or \
    statement pooling); Docket needs sessions of its own: connect directly, or set pool_mode = session for it";

async fn apply(connection: &mut PgConnection, statement: &str) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(connection).await.map(drop)
}

async fn backend(connection: &mut PgConnection) -> Result<i32, sqlx::Error> {
    use sqlx::Row as _;
    // A plain statement: a prepared one would already fail where sessions are shared.
    sqlx::raw_sql("SELECT pg_backend_pid()").fetch_one(connection).await?.try_get(0)
}

async fn is_read_only(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("SELECT current_setting('transaction_read_only')::boolean").fetch_one(connection).await
}

/// Whether a pool's server takes writes. If it does not, the pool's connections are given up: the next may reach one
/// that does.
///
/// # Errors
/// If the server does not answer.
pub async fn is_writable(pool: &PgPool) -> Result<bool, sqlx::Error> {
    let mut connection = pool.acquire().await?;
    let writable = !is_read_only(&mut connection).await?;
    if !writable {
        distrust();
    }
    Ok(writable)
}

/// Looks at what a statement failed with. If the server said that it cannot do the work, or was not there, connections
/// made before now are no longer trusted.
pub fn observe(error: &sqlx::Error) {
    if cannot_serve(error) {
        distrust();
    }
}

/// Whether it is the server that cannot, not the statement: read-only, in recovery, going down, gone.
pub fn cannot_serve(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::Tls(_) => true,
        sqlx::Error::Database(error) => error.try_downcast_ref::<PgDatabaseError>().is_some_and(|error| {
            let code = error.code();
            ["25006", "55000"].contains(&code) || ["08", "57P", "58"].iter().any(|class| code.starts_with(class))
        }),
        _ => false,
    }
}

/// Whether a connection opened at that moment may be to a server that cannot do the work any more.
pub fn is_distrusted(opened: Instant) -> bool {
    let opened = opened.checked_duration_since(beginning()).unwrap_or_default();
    millis(opened) < DISTRUSTED_BEFORE.load(Ordering::Acquire)
}

/// Connections opened before this many milliseconds of the process's life are not used again. One for all: which servers
/// are behind one address, and which pools lead to the same server, cannot be known here, and connecting again is cheap.
static DISTRUSTED_BEFORE: AtomicU64 = AtomicU64::new(0);

fn distrust() {
    DISTRUSTED_BEFORE.fetch_max(millis(beginning().elapsed()) + 1, Ordering::AcqRel);
}

fn beginning() -> Instant {
    static BEGINNING: OnceLock<Instant> = OnceLock::new();
    *BEGINNING.get_or_init(Instant::now)
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
