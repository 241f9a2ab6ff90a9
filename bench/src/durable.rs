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
pub(crate) async fn measure(program: &Path, extent: Extent, report: &mut Report) -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let mut starts = Vec::new();
    for round in 0..extent.rounds {
        let server = Server::docket(program, &folder.path().join(format!("cold-{round}"))).await?;
        starts.push(server.cold_start);
        server.stop().await?;
    }
    report.note_median("cold_start", starts);

    let docket = Server::docket(program, &folder.path().join("data")).await?;
    report.note("idle_memory_mb", docket.memory_mb());
    let customer = register_customer(&docket).await?;
    let bare = Server::bare(folder.path()).await?;
    let echo = Server::echo().await?;

    let (mut ratios, mut rates, mut limits, mut echoes, mut p99s) = (vec![], vec![], vec![], vec![], vec![]);
    for round in 0..=extent.rounds {
        let work = |customer: &str| -> Vec<Work> {
            (0..CONNECTIONS).map(|n| Work::new(customer, TOKEN, n, &format!("r{round}"), REPLIES)).collect()
        };
        let again: Vec<_> = (0..CONNECTIONS).map(|_| Again::echo()).collect();
        let (echoed, _) = load::run(echo.address, again, Until::Time(extent.time / 2))?;
        let (limit, _) = load::run(bare.address, work(&customer), Until::Time(extent.time))?;
        let (real, _) = load::run(docket.address, work(&customer), Until::Time(extent.time))?;
        if real.refused > real.answered / 100 {
            return Err(Failure::Setup(format!("{} of {} commands were refused", real.refused, real.micros.len())));
        }
        if round == 0 {
            continue; // everything warms up
        }
        echoes.push(echoed.rate());
        limits.push(limit.rate());
        rates.push(real.rate());
        ratios.push(real.rate() / limit.rate());
        p99s.push(real.quantile_ms(0.99));
    }
    report.note_median("echo_per_second", echoes);
    report.note_median("http_bare_per_second", limits);
    report.note_median("http_durable_per_second", rates);
    report.note_median("http_durable_p99_ms", p99s);
    report.note_median("http_durable", ratios);
    report.note("loaded_memory_mb", docket.memory_mb());
    Ok(())
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
