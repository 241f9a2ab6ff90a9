//! Processes, ports and folders.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// The repository's folder.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the repository").to_owned()
}

/// Where `scripts/test` keeps the tools it installed.
pub fn cache_dir() -> PathBuf {
    std::env::var_os("DOCKET_TEST_CACHE").map_or_else(|| repository().join(".cache"), PathBuf::from)
}

/// Says that a test cannot run here, and why. In CI that is a failure.
pub fn skip(reason: &str) {
    assert!(std::env::var("CI").is_err(), "must not be skipped in CI: {reason}");
    eprintln!("SKIPPED: {reason}");
}

/// A port nobody listens on, below those the kernel gives to outgoing connections, so that it stays free.
pub fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let start = std::process::id().wrapping_mul(7919);
    for _ in 0..5000 {
        let step = NEXT.fetch_add(1, Ordering::Relaxed);
        let port = 12_000 + u16::try_from(start.wrapping_add(step * 13) % 20_000).expect("less than 20,000");
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
    panic!("no free port");
}

/// Runs a tool to its end and returns what it printed.
///
/// # Panics
/// If it cannot be started or fails, with everything it printed.
pub fn run_tool(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}: {}\n{stdout}\n{stderr}", output.status);
    stdout.into_owned()
}

/// The last lines of a log file, for the message of a failed test.
pub(crate) fn tail(path: &Path, lines: usize) -> String {
    let text = String::from_utf8_lossy(&std::fs::read(path).unwrap_or_default()).into_owned();
    let all: Vec<&str> = text.lines().collect();
    all[all.len().saturating_sub(lines)..].join("\n")
}
