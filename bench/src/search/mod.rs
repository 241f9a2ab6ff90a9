//! How long somebody who types waits for what they look for, on a desk with many tickets, and what the index costs.
//!
//! A desk is appended to the log directly, its read models are made of it, and a real server is asked over HTTP: by one who
//! types as fast as the answers come, by customers, and by many at once beside the desk's own work.

mod fill;
mod people;
mod sizes;
mod texts;
mod typing;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;

use self::fill::{OF_ONE, customer};
use self::people::token;
use self::typing::{Typist, Way, tell};
use crate::desk::settle_within;
use crate::durable::{ask as post, register_customer};
use crate::scripts::Work;
use crate::server::{Server, TOKEN};
use crate::{Failure, replay};

/// Everything an agent is asked with one letter by the pages.
const WAYS: [Way; 4] = [Way::Search, Way::Tickets, Way::Chats, Way::Customers];
/// Agents and customers who type at once, and how long.
const AGENTS: usize = 10;
const CUSTOMERS: usize = 5;
const TIME: Duration = Duration::from_secs(30);
/// From one letter to the next: about 80 words a minute.
const LETTER: Duration = Duration::from_millis(150);
/// How long the read models may take to have everything.
const PATIENCE: Duration = Duration::from_secs(3600);
/// Commands a second beside them.
const COMMANDS: u32 = 100;

/// Fills a desk and asks it; prints what came of it. `keep`: where it is left, and found again by the next run.
pub(crate) async fn measure(
    program: &Path,
    tickets: u64,
    postgres: Option<String>,
    keep: Option<PathBuf>,
) -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let data = keep.unwrap_or_else(|| folder.path().join("data"));
    let mut settings = people::settings();
    settings.extend(postgres.iter().map(|url| ("DOCKET_READ_MODELS", url.clone())));
    if !data.join("log.db").exists() {
        Server::docket_with(program, &data, &settings).await?.stop().await?;
        let journal = replay::open(&data).await?;
        let begin = Instant::now();
        let messages = fill::fill(&journal, tickets).await?;
        let events = journal.store().head().await?.0;
        journal.store().close().await;
        println!(
            "log: {tickets} tickets, {} customers, {messages} messages, {events} events in {:.0} s",
            tickets / OF_ONE,
            begin.elapsed().as_secs_f64()
        );
        let docket = Server::docket_with(program, &data, &settings).await?;
        let begin = Instant::now();
        settle_within(&docket, PATIENCE).await?;
        println!("read models: caught up in {:.0} s", begin.elapsed().as_secs_f64());
        docket.stop().await?;
    }
    match &postgres {
        Some(url) => sizes::postgres_sizes(url).await?,
        None => sizes::sqlite_sizes(&data.join("read.db"))?,
    }
    let docket = Server::docket_with(program, &data, &settings).await?;
    println!("resident memory: {:.0} MB after {:.1} s to start", docket.memory_mb(), docket.cold_start);
    ask(&docket, tickets).await?;
    println!("resident memory after all: {:.0} MB", docket.memory_mb());
    docket.stop().await?;
    rebuild(program, &data, &settings)
}

/// Makes all read models of the log, index and all.
fn rebuild(program: &Path, data: &Path, settings: &[(&str, String)]) -> Result<(), Failure> {
    let begin = Instant::now();
    let mut command = Command::new(program);
    command.args(["rebuild", "--all", "--data"]).arg(data).stdin(Stdio::null());
    let output = command.envs(settings.iter().map(|(name, value)| (name, value))).output()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(Failure::Setup(format!("docket rebuild: {said}")));
    }
    println!("read models: made anew in {:.0} s", begin.elapsed().as_secs_f64());
    Ok(())
}

/// Registers an agent; returns their token.
async fn agent(docket: &Server, n: usize) -> Result<String, Failure> {
    let body = json!({ "name": format!("Agent {n}") }).to_string();
    let answer = post(docket, "POST", "/v1/agents", &body).await?;
    let id = answer["id"].as_str().and_then(|id| id.parse().ok());
    Ok(token(id.ok_or_else(|| Failure::Setup(format!("an agent without id: {answer}")))?, "agent"))
}

async fn ask(docket: &Server, tickets: u64) -> Result<(), Failure> {
    let quick = |token: String, ways: &[Way]| Typist {
        token,
        begin: 0,
        ways: ways.to_vec(),
        pause: Duration::ZERO,
        time: None,
    };
    let mut agents = Vec::new();
    for n in 0..AGENTS {
        agents.push(agent(docket, n).await?);
    }
    settle_within(docket, PATIENCE).await?;

    // The first time fills the caches, as the first minutes of a day do.
    tell("an agent, for the first time", quick(agents[0].clone(), &WAYS).run(docket.address).await?);
    let mut answers = Vec::new();
    for _ in 0..3 {
        answers.extend(quick(agents[0].clone(), &WAYS).run(docket.address).await?);
    }
    tell("an agent, three times", answers);
    let theirs = [Way::Search, Way::Tickets, Way::Chats];
    let them = token(customer(tickets / OF_ONE / 2), "customer");
    tell("a customer", quick(them, &theirs).run(docket.address).await?);

    let somebody = register_customer(docket).await?;
    let writing = tokio::spawn(typing::write(
        docket.address,
        Work::new(&somebody, TOKEN, 0, &format!("typing-{}", docket_store::new_id()), 3),
        COMMANDS,
        TIME,
    ));
    let typist = |n: usize, token: String, ways: &[Way]| {
        let typist = Typist { token, begin: n * 3, ways: ways.to_vec(), pause: LETTER, time: Some(TIME) };
        tokio::spawn(typist.run(docket.address))
    };
    // Half of them look everywhere, the others in one of the lists.
    let way = |n: usize| if n.is_multiple_of(2) { Way::Search } else { WAYS[1 + n / 2 % 3] };
    let agents: Vec<_> = agents.into_iter().enumerate().map(|(n, token)| typist(n, token, &[way(n)])).collect();
    let customers: Vec<_> = (0..CUSTOMERS)
        .map(|n| typist(n + 1, token(customer(n as u64 * 37 % (tickets / OF_ONE)), "customer"), &[Way::Search]))
        .collect();
    let (mut by_agents, mut by_customers) = (Vec::new(), Vec::new());
    for typist in agents {
        by_agents.extend(typist.await.map_err(std::io::Error::other)??);
    }
    for typist in customers {
        by_customers.extend(typist.await.map_err(std::io::Error::other)??);
    }
    let commands = writing.await.map_err(std::io::Error::other)??;
    let rate = commands as f64 / TIME.as_secs_f64();
    tell(&format!("{AGENTS} agents, beside {CUSTOMERS} customers and {rate:.0} commands a second"), by_agents);
    tell("the customers beside them", by_customers);
    Ok(())
}
