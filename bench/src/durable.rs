//! Commands over HTTP: how many a second are durable, and what the process costs.

use std::path::Path;

use serde_json::{Value, json};

use crate::load::{self, Connection, Until, write_request};
use crate::report::Report;
use crate::scripts::{Again, Work};
use crate::server::{Server, TOKEN};
use crate::{Extent, Failure};

/// Connections of the load.
const CONNECTIONS: usize = 64;
/// Replies for each ticket opened.
const REPLIES: u64 = 3;

/// `http_durable`, `cold_start` and memory; and the plain echo, to know the machine.
///
/// `http_durable` is the write side alone against a server that is nothing but a write side: the process has the role
/// `api`. `http_durable_all_roles` is a whole desk in one process, whose projections, reactors and live clients' hub work
/// through the same commands on the same cores meanwhile.
pub(crate) async fn measure(program: &Path, extent: Extent, report: &mut Report) -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let mut starts = Vec::new();
    for round in 0..extent.rounds {
        let server = Server::docket(program, &folder.path().join(format!("cold-{round}"))).await?;
        starts.push(server.cold_start);
        server.stop().await?;
    }
    report.note_median("cold_start", starts);

    let whole = Desk::start(Server::docket(program, &folder.path().join("whole")).await?).await?;
    report.note("idle_memory_mb", whole.server.memory_mb());
    let writing = Desk::start(Server::docket_as(program, &folder.path().join("writing"), "api").await?).await?;
    let bare = Server::bare(folder.path()).await?;
    let echo = Server::echo().await?;

    let (mut echoes, mut limits) = (vec![], vec![]);
    let (mut writes, mut all) = (Rates::default(), Rates::default());
    for round in 0..=extent.rounds {
        let again: Vec<_> = (0..CONNECTIONS).map(|_| Again::echo()).collect();
        let (echoed, _) = load::run(echo.address, again, Until::Time(extent.time / 2))?;
        let (limit, _) = load::run(bare.address, writing.work(round), Until::Time(extent.time))?;
        let alone = writing.load(round, extent)?;
        let (limit_again, _) = load::run(bare.address, writing.work(round), Until::Time(extent.time))?;
        let together = whole.load(round, extent)?;
        // What is left to be projected must not slow the next round down.
        whole.settle().await?;
        if round == 0 {
            continue; // everything warms up
        }
        echoes.push(echoed.rate());
        limits.push(limit.rate());
        writes.note(&alone, &limit);
        all.note(&together, &limit_again);
    }
    report.note_median("echo_per_second", echoes);
    report.note_median("http_bare_per_second", limits);
    writes.report("http_durable", report);
    all.report("http_durable_all_roles", report);
    report.note("loaded_memory_mb", whole.server.memory_mb());
    Ok(())
}

/// A desk under load.
struct Desk {
    server: Server,
    customer: String,
}

impl Desk {
    async fn start(server: Server) -> Result<Self, Failure> {
        let customer = register_customer(&server).await?;
        Ok(Self { server, customer })
    }

    fn work(&self, round: usize) -> Vec<Work> {
        (0..CONNECTIONS).map(|n| Work::new(&self.customer, TOKEN, n, &format!("r{round}"), REPLIES)).collect()
    }

    fn load(&self, round: usize, extent: Extent) -> Result<load::Measured, Failure> {
        let (measured, _) = load::run(self.server.address, self.work(round), Until::Time(extent.time))?;
        if measured.refused > measured.answered / 100 {
            let (refused, of) = (measured.refused, measured.micros.len());
            return Err(Failure::Setup(format!("{refused} of {of} commands were refused")));
        }
        Ok(measured)
    }

    async fn settle(&self) -> Result<(), Failure> {
        crate::desk::settle(&self.server).await
    }
}

/// What a desk reached, round by round.
#[derive(Default)]
struct Rates {
    ratios: Vec<f64>,
    rates: Vec<f64>,
    p99s: Vec<f64>,
}

impl Rates {
    fn note(&mut self, real: &load::Measured, limit: &load::Measured) {
        self.ratios.push(real.rate() / limit.rate());
        self.rates.push(real.rate());
        self.p99s.push(real.quantile_ms(0.99));
    }

    fn report(self, name: &'static str, report: &mut Report) {
        report.note_median(&format!("{name}_per_second"), self.rates);
        report.note_median(&format!("{name}_p99_ms"), self.p99s);
        report.note_median(name, self.ratios);
    }
}

/// Makes the customer whose tickets the load opens.
pub(crate) async fn register_customer(docket: &Server) -> Result<String, Failure> {
    let body = json!({ "name": "Ada Bench", "email": "ada@bench.example" }).to_string();
    let answer = ask(docket, "POST", "/v1/customers", &body).await?;
    answer["id"].as_str().map(str::to_owned).ok_or_else(|| Failure::Setup(format!("a customer without id: {answer}")))
}

/// One request with the admin token; its answer as JSON.
pub(crate) async fn ask(docket: &Server, method: &str, path: &str, body: &str) -> Result<Value, Failure> {
    exchange(docket, method, path, "", body).await
}

/// A GET that waits until the read models are at `position`.
pub(crate) async fn ask_at(docket: &Server, path: &str, position: u64) -> Result<Value, Failure> {
    exchange(docket, "GET", path, &format!("docket-min-position: {position}\r\n"), "").await
}

async fn exchange(docket: &Server, method: &str, path: &str, headers: &str, body: &str) -> Result<Value, Failure> {
    let mut request = Vec::new();
    write_request(&mut request, method, path, &format!("authorization: Bearer {TOKEN}\r\n{headers}"), body);
    let mut connection = Connection::open(docket.address).await?;
    let (status, body) = connection.exchange(&request).await?;
    let text = String::from_utf8_lossy(body);
    if !(200..300).contains(&status) {
        return Err(Failure::Setup(format!("{method} {path}: {status} {text}")));
    }
    serde_json::from_str(&text).map_err(|error| Failure::Setup(format!("{method} {path}: {error}: {text}")))
}
