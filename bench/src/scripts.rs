//! What the load asks of a desk: opening tickets, replying, listing, reading.

use std::collections::VecDeque;
use std::fmt::Write as _;

use serde_json::Value;

use crate::load::{Script, write_request};

/// Text a customer might write, about 300 bytes.
pub(crate) const TEXT: &str = "Good morning, since the update of last week the nightly export stops after the first file and \
    the log says that the licence could not be checked. We have restarted the service twice and the licence file has \
    not changed. Could somebody have a look today, please? The finance department waits for the figures.";

/// A mix of commands: one ticket opened, then `replies` messages on tickets opened before on this connection.
#[derive(Debug)]
pub(crate) struct Work {
    customer: String,
    headers: String,
    worker: usize,
    round: String,
    count: u64,
    replies: u64,
    opened: VecDeque<String>,
    opening: bool,
    body: String,
}

/// How many tickets a connection keeps in work at once.
const IN_WORK: usize = 32;

impl Work {
    /// `round` makes idempotency keys differ between runs on one server.
    pub(crate) fn new(customer: &str, token: &str, worker: usize, round: &str, replies: u64) -> Self {
        Self {
            customer: customer.to_owned(),
            headers: format!("authorization: Bearer {token}\r\n"),
            worker,
            round: round.to_owned(),
            count: 0,
            replies,
            opened: VecDeque::new(),
            opening: false,
            body: String::new(),
        }
    }

    /// Tickets this connection opened, the latest last.
    pub(crate) fn tickets(&self) -> impl Iterator<Item = &String> {
        self.opened.iter()
    }
}

impl Script for Work {
    fn next(&mut self, request: &mut Vec<u8>) {
        self.count += 1;
        self.body.clear();
        self.opening = self.opened.is_empty() || self.count.is_multiple_of(self.replies + 1);
        let (n, worker) = (self.count, self.worker);
        let path = if self.opening {
            let priority = ["low", "medium", "high", "urgent"][n as usize % 4];
            write!(
                self.body,
                r#"{{"subject":"The export of {worker}/{n} stops","description":"{TEXT}","category":"general","priority":"{priority}","customer_id":"{}"}}"#,
                self.customer
            )
            .expect("writing into memory does not fail");
            "/v1/tickets".to_owned()
        } else {
            write!(self.body, r#"{{"body":"{n}: {TEXT}"}}"#).expect("writing into memory does not fail");
            format!("/v1/tickets/{}/messages", self.opened[n as usize % self.opened.len()])
        };
        let headers = format!("{}idempotency-key: {}-{worker}-{n}\r\n", self.headers, self.round);
        write_request(request, "POST", &path, &headers, &self.body);
    }

    fn answered(&mut self, status: u16, body: &[u8]) {
        if self.opening
            && (200..300).contains(&status)
            && let Ok(answer) = serde_json::from_slice::<Value>(body)
            && let Some(id) = answer["id"].as_str()
        {
            if self.opened.len() == IN_WORK {
                self.opened.pop_front();
            }
            self.opened.push_back(id.to_owned());
        }
    }
}

/// The same few requests again and again.
#[derive(Debug)]
pub(crate) struct Again {
    requests: Vec<Vec<u8>>,
    at: usize,
}

impl Again {
    /// GETs of these paths in turn, with a token.
    pub(crate) fn get(paths: &[String], token: &str) -> Self {
        let headers = format!("authorization: Bearer {token}\r\n");
        let requests = paths
            .iter()
            .map(|path| {
                let mut request = Vec::new();
                write_request(&mut request, "GET", path, &headers, "");
                request
            })
            .collect();
        Self { requests, at: 0 }
    }

    /// POSTs a message of the usual size.
    pub(crate) fn echo() -> Self {
        let mut request = Vec::new();
        write_request(&mut request, "POST", "/echo", "", &format!(r#"{{"body":"{TEXT}"}}"#));
        Self { requests: vec![request], at: 0 }
    }
}

impl Script for Again {
    fn next(&mut self, request: &mut Vec<u8>) {
        request.extend_from_slice(&self.requests[self.at]);
        self.at = (self.at + 1) % self.requests.len();
    }
}

/// Payloads as the log holds them: about 600 bytes each.
pub(crate) fn payloads(count: usize) -> Vec<String> {
    (0..count).map(|n| format!(r#"{{"message_id":"{n:036}","body":"{TEXT}{TEXT}"}}"#)).collect()
}
