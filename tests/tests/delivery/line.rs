//! A line to a server on which what clients send can be held up.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub(crate) struct Line {
    port: u16,
    held: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Line {
    /// A line to the server at `url`.
    pub(crate) async fn to(url: String) -> Self {
        let server = url.strip_prefix("nats://").unwrap().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let held = watch::Sender::new(false);
        let hold = held.clone();
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let Ok(server) = TcpStream::connect(&server).await else { continue };
                let (mut from_client, mut to_client) = client.into_split();
                let (mut from_server, mut to_server) = server.into_split();
                tokio::spawn(async move { copy(&mut from_server, &mut to_client).await.ok() });
                let mut hold = hold.subscribe();
                tokio::spawn(async move {
                    let mut buffer = vec![0; 65536];
                    while let Ok(count @ 1..) = from_client.read(&mut buffer).await {
                        hold.wait_for(|held| !held).await.ok();
                        if to_server.write_all(&buffer[..count]).await.is_err() {
                            break;
                        }
                    }
                });
            }
        });
        Self { port, held, task }
    }

    pub(crate) fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Holds up what clients send, or lets it through again, all of it.
    pub(crate) fn hold(&self, held: bool) {
        self.held.send_replace(held);
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.task.abort();
    }
}
