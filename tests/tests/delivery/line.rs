//! A line to a server on which what clients send can be held up.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use docket_tests::{DEADLINE, eventually};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub(crate) struct Line {
    port: u16,
    held: watch::Sender<bool>,
    traffic: Arc<Traffic>,
    task: JoinHandle<()>,
}

/// What went over the line.
#[derive(Default)]
struct Traffic {
    /// Requests and publishes the clients sent, held up or not.
    sent: AtomicU64,
    /// Messages the server sent back. A publish into a stream is answered by one, and so is a request.
    answered: AtomicU64,
}

impl Line {
    /// A line to the server at `url`.
    pub(crate) async fn to(url: String) -> Self {
        let server = url.strip_prefix("nats://").unwrap().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let held = watch::Sender::new(false);
        let (hold, traffic) = (held.clone(), Arc::new(Traffic::default()));
        let counted = Arc::clone(&traffic);
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let Ok(server) = TcpStream::connect(&server).await else { continue };
                let (from_client, to_client) = client.into_split();
                let (from_server, to_server) = server.into_split();
                let (there, back) = (Arc::clone(&counted), Arc::clone(&counted));
                let (hold, free) = (hold.subscribe(), watch::Sender::new(false).subscribe());
                tokio::spawn(async move { carry(from_server, to_client, b"MSG ", &back.answered, free).await });
                tokio::spawn(async move { carry(from_client, to_server, b"PUB ", &there.sent, hold).await });
            }
        });
        Self { port, held, traffic, task }
    }

    pub(crate) fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Holds up what clients send, or lets it through again, all of it.
    pub(crate) fn hold(&self, held: bool) {
        self.held.send_replace(held);
    }

    /// Waits until the server has dealt with all that was sent so far.
    pub(crate) async fn settled(&self) {
        let sent = self.traffic.sent.load(Ordering::SeqCst);
        eventually(DEADLINE, || async {
            let answered = self.traffic.answered.load(Ordering::SeqCst);
            if answered >= sent { Ok(()) } else { Err(format!("{answered} of {sent} are answered")) }
        })
        .await;
    }
}

/// Carries bytes from one end to the other while nothing is held up, and counts how often `word` is among them.
async fn carry(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    word: &[u8],
    count: &AtomicU64,
    mut held: watch::Receiver<bool>,
) {
    let mut buffer = vec![0; 65536];
    // A word may lie across two reads.
    let mut seen = Vec::new();
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        seen.extend_from_slice(&buffer[..length]);
        let found = seen.windows(word.len()).filter(|window| *window == word).count();
        count.fetch_add(found as u64, Ordering::SeqCst);
        seen.drain(..seen.len().saturating_sub(word.len() - 1));
        held.wait_for(|held| !held).await.ok();
        if to.write_all(&buffer[..length]).await.is_err() {
            break;
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.task.abort();
    }
}
