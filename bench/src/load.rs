//! A light HTTP/1.1 load generator: keep-alive connections on one thread of its own, requests written as bytes.
//!
//! It does as little as a client can, so that on a machine with two cores the figure is the server's.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// What one connection asks, one request after the other.
pub(crate) trait Script: Send {
    /// Writes the next request into `request`, which is empty.
    fn next(&mut self, request: &mut Vec<u8>);
    /// Looks at the answer.
    fn answered(&mut self, _status: u16, _body: &[u8]) {}
}

/// What came of a load.
#[derive(Debug, Default)]
pub(crate) struct Measured {
    /// Answers with a 2xx status.
    pub(crate) answered: u64,
    /// Other answers.
    pub(crate) refused: u64,
    /// Seconds it took.
    pub(crate) seconds: f64,
    /// Each answer's time in microseconds, sorted.
    pub(crate) micros: Vec<u32>,
}

impl Measured {
    /// 2xx answers a second.
    pub(crate) fn rate(&self) -> f64 {
        self.answered as f64 / self.seconds
    }

    /// The time in milliseconds within which that share (0 to 1) of the answers came.
    pub(crate) fn quantile_ms(&self, share: f64) -> f64 {
        quantile(&self.micros, share)
    }
}

/// The value below which that share of sorted microseconds lies, in milliseconds.
pub(crate) fn quantile(sorted: &[u32], share: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    sorted.get((last as f64 * share).round() as usize).map_or(f64::NAN, |&micros| f64::from(micros) / 1000.0)
}

/// When a load ends.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Until {
    /// After that long.
    Time(Duration),
    /// After so many requests of each connection.
    Requests(u64),
}

/// Runs each script on a connection of its own, as fast as the server answers, and hands the scripts back.
///
/// # Errors
/// If the server cannot be reached or breaks a connection.
pub(crate) fn run<S: Script + 'static>(
    address: SocketAddr,
    scripts: Vec<S>,
    until: Until,
) -> io::Result<(Measured, Vec<S>)> {
    let thread = std::thread::Builder::new().name("load".into()).spawn(move || {
        tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(all(address, scripts, until))
    })?;
    thread.join().map_err(|_| io::Error::other("the load generator panicked"))?
}

async fn all<S: Script + 'static>(
    address: SocketAddr,
    scripts: Vec<S>,
    until: Until,
) -> io::Result<(Measured, Vec<S>)> {
    let begin = Instant::now();
    let tasks: Vec<_> = scripts.into_iter().map(|script| tokio::spawn(one(address, script, until, begin))).collect();
    let mut measured = Measured::default();
    let mut scripts = Vec::with_capacity(tasks.len());
    for task in tasks {
        let (part, script) = task.await.map_err(io::Error::other)??;
        measured.answered += part.answered;
        measured.refused += part.refused;
        measured.micros.extend(part.micros);
        scripts.push(script);
    }
    measured.seconds = begin.elapsed().as_secs_f64();
    measured.micros.sort_unstable();
    Ok((measured, scripts))
}

async fn one<S: Script>(address: SocketAddr, mut script: S, until: Until, begin: Instant) -> io::Result<(Measured, S)> {
    let mut connection = Connection::open(address).await?;
    let mut measured = Measured::default();
    let mut request = Vec::with_capacity(1024);
    for n in 0.. {
        let go_on = match until {
            Until::Time(limit) => begin.elapsed() < limit,
            Until::Requests(limit) => n < limit,
        };
        if !go_on {
            break;
        }
        request.clear();
        script.next(&mut request);
        let sent = Instant::now();
        let (status, body) = connection.exchange(&request).await?;
        measured.micros.push(u32::try_from(sent.elapsed().as_micros()).unwrap_or(u32::MAX));
        if (200..300).contains(&status) {
            measured.answered += 1;
        } else {
            if measured.refused == 0 {
                let text: String = String::from_utf8_lossy(body).chars().take(300).collect();
                eprintln!("{status}: {text}\n  for {}", String::from_utf8_lossy(&request));
            }
            measured.refused += 1;
        }
        script.answered(status, body);
    }
    Ok((measured, script))
}

/// A keep-alive connection.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    used: usize,
}

impl Connection {
    /// Connects.
    pub(crate) async fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(16 << 10), used: 0 })
    }

    /// Sends a request and reads its answer: status and body. Understands answers with a `content-length`.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> io::Result<(u16, &[u8])> {
        self.stream.write_all(request).await?;
        self.buffer.drain(..self.used);
        self.used = 0;
        loop {
            if let Some(answer) = parse(&self.buffer)? {
                self.used = answer.end;
                return Ok((answer.status, &self.buffer[answer.body..answer.end]));
            }
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the server closed the connection"));
            }
        }
    }
}

struct Head {
    status: u16,
    body: usize,
    end: usize,
}

/// The first whole answer in `bytes`; `None` if there is more to come.
fn parse(bytes: &[u8]) -> io::Result<Option<Head>> {
    let Some(body) = bytes.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4) else { return Ok(None) };
    let wrong = || io::Error::new(io::ErrorKind::InvalidData, "an answer this client does not understand");
    let head = std::str::from_utf8(&bytes[..body]).map_err(|_| wrong())?;
    let status = head.get(9..12).and_then(|code| code.parse().ok()).ok_or_else(wrong)?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    let end = body + length.ok_or_else(wrong)?;
    Ok((bytes.len() >= end).then_some(Head { status, body, end }))
}

/// Writes a request with a JSON body (none if empty) into `into`.
pub(crate) fn write_request(into: &mut Vec<u8>, method: &str, path: &str, headers: &str, body: &str) {
    use std::io::Write as _;
    let result = if body.is_empty() {
        write!(into, "{method} {path} HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n")
    } else {
        write!(
            into,
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}\r\n{headers}\r\n{body}",
            body.len()
        )
    };
    result.expect("writing into memory does not fail");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_whole_when_its_length_is_there() {
        let bytes = b"HTTP/1.1 201 Created\r\nContent-Length: 3\r\n\r\nabcHTTP";
        assert!(parse(&bytes[..30]).unwrap().is_none());
        assert!(parse(&bytes[..45]).unwrap().is_none());
        let head = parse(bytes).unwrap().unwrap();
        assert_eq!((head.status, &bytes[head.body..head.end]), (201, &b"abc"[..]));
        assert!(parse(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").is_err());
    }

    #[test]
    fn quantiles_are_of_the_sorted_values() {
        let micros: Vec<u32> = (0..=1000).map(|n| n * 1000).collect();
        assert!((quantile(&micros, 0.99) - 990.0).abs() < 1e-9);
        assert!(quantile(&[], 0.5).is_nan());
    }
}
