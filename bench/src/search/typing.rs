//! People who type: every beginning of what they look for is a request, as soon as its last letter is there.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::texts::typed;
use crate::Failure;
use crate::load::{Connection, Script as _, quantile, write_request};
use crate::scripts::Work;

/// What is asked with each letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Search,
    Tickets,
    Chats,
    Customers,
}

impl Way {
    fn path(self, words: &str) -> String {
        let words = encoded(words);
        match self {
            Self::Search => format!("/v1/search?limit=8&q={words}"),
            Self::Tickets => format!("/v1/tickets?limit=25&search={words}"),
            Self::Chats => format!("/v1/chats?limit=25&search={words}"),
            Self::Customers => format!("/v1/customers?limit=25&search={words}"),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Search => "search",
            Self::Tickets => "tickets",
            Self::Chats => "chats",
            Self::Customers => "customers",
        }
    }
}

/// Everything that is not a letter or digit of ASCII by its bytes.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => encoded.push(byte.into()),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
        encoded
    })
}

/// One answer.
#[derive(Debug)]
pub(super) struct Answer {
    way: Way,
    words: String,
    micros: u32,
    found: usize,
}

/// Somebody who types.
#[derive(Debug, Clone)]
pub(super) struct Typist {
    pub(super) token: String,
    /// Where in the list of what is typed they begin.
    pub(super) begin: usize,
    /// What they ask with each letter.
    pub(super) ways: Vec<Way>,
    /// From one letter to the next; no time at all: as fast as the answers come.
    pub(super) pause: Duration,
    /// How long they type; absent: once through the list.
    pub(super) time: Option<Duration>,
}

impl Typist {
    /// Types, and says how long the answers took: from when the letter was there, also if the one before was not answered yet.
    pub(super) async fn run(self, address: SocketAddr) -> Result<Vec<Answer>, Failure> {
        let mut connection = Connection::open(address).await?;
        let headers = format!("authorization: Bearer {}\r\n", self.token);
        let (begun, mut next, mut answers, mut request) = (Instant::now(), Instant::now(), Vec::new(), Vec::new());
        let typed = typed();
        let turns = if self.time.is_some() { usize::MAX } else { typed.len() };
        for at in (self.begin..).take(turns) {
            let text = &typed[at % typed.len()];
            for end in text.char_indices().map(|(at, c)| at + c.len_utf8()) {
                if self.time.is_some_and(|time| begun.elapsed() > time) {
                    return Ok(answers);
                }
                let words = &text[..end];
                if words.ends_with(' ') {
                    continue;
                }
                for &way in &self.ways {
                    let due = if self.pause.is_zero() {
                        Instant::now()
                    } else {
                        tokio::time::sleep_until(next.into()).await;
                        next
                    };
                    request.clear();
                    write_request(&mut request, "GET", &way.path(words), &headers, "");
                    let (status, body) = connection.exchange(&request).await?;
                    let micros = u32::try_from(due.elapsed().as_micros()).unwrap_or(u32::MAX);
                    if status != 200 {
                        let said = String::from_utf8_lossy(body);
                        return Err(Failure::Setup(format!("{}: {status} {said}", way.path(words))));
                    }
                    let answer: Value = serde_json::from_slice(body).unwrap_or_default();
                    let found = answer["items"].as_array().map_or(0, Vec::len);
                    answers.push(Answer { way, words: words.to_owned(), micros, found });
                    next += self.pause;
                }
            }
        }
        Ok(answers)
    }
}

/// Writes so many commands a second until `time` is over; says how many were done.
pub(super) async fn write(address: SocketAddr, work: Work, rate: u32, time: Duration) -> Result<u64, Failure> {
    let mut connection = Connection::open(address).await?;
    let (begun, mut work, mut request, mut done) = (Instant::now(), work, Vec::new(), 0);
    for n in 0.. {
        let due = begun + Duration::from_secs(1) * n / rate;
        if due > begun + time {
            break;
        }
        tokio::time::sleep_until(due.into()).await;
        request.clear();
        work.next(&mut request);
        let (status, body) = connection.exchange(&request).await?;
        done += u64::from((200..300).contains(&status));
        work.answered(status, body);
    }
    Ok(done)
}

/// Prints what came of it: each way by itself, and the beginnings that took longest.
pub(super) fn tell(what: &str, mut answers: Vec<Answer>) {
    println!("{what}:");
    for way in [Way::Search, Way::Tickets, Way::Chats, Way::Customers] {
        let mut times: Vec<u32> = answers.iter().filter(|a| a.way == way).map(|a| a.micros).collect();
        if times.is_empty() {
            continue;
        }
        times.sort_unstable();
        let at = |share| quantile(&times, share);
        println!(
            "  {:<10} {:>6} asked, p50 {:.1} ms, p95 {:.1} ms, p99 {:.1} ms, most {:.1} ms",
            way.name(),
            times.len(),
            at(0.5),
            at(0.95),
            at(0.99),
            at(1.0)
        );
    }
    answers.sort_by_key(|answer| std::cmp::Reverse(answer.micros));
    let mut told: Vec<(Way, &str)> = Vec::new();
    for Answer { way, words, micros, found } in &answers {
        if !told.contains(&(*way, words)) {
            println!("    {:.1} ms for {words:?} in {}, {found} found", f64::from(*micros) / 1000.0, way.name());
            told.push((*way, words));
        }
        if told.len() == 8 {
            break;
        }
    }
}
