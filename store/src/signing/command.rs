//! A program that signs, run within bounds: of time, of what it may print, and of what it may leave behind when it fails.

use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};

/// How long a program may take to sign.
const PATIENCE: Duration = Duration::from_secs(10);
/// The bytes it may print, on each stream: many times what a signature, or the reason that there is none, takes.
const MOST: u64 = 4096;

/// Runs the program and returns what it printed. What it says on its standard error is told, shortened, since only the
/// operator reads it.
pub(super) async fn run(command: &[String], input: String) -> Result<String, String> {
    let (program, arguments) = command.split_first().ok_or("is not set")?;
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| format!("cannot be started: {error}"))?;
    // From here on whatever it started ends with it, also if nobody waits any more.
    let group = Group::of(&child);
    let (status, printed, said) = tokio::time::timeout(PATIENCE, answer(&mut child, input))
        .await
        .map_err(|_| format!("did not end within {} s", PATIENCE.as_secs()))??;
    if !status.success() {
        let said: String = String::from_utf8_lossy(&said).trim().chars().take(200).collect();
        return Err(format!("ended with {status}: {said}"));
    }
    // One that signed may leave an agent running for the next time.
    group.leave();
    String::from_utf8(printed).map_err(|_| "printed no text".into())
}

/// Gives the program its input, and waits for its end and for what it printed.
async fn answer(child: &mut Child, input: String) -> Result<(ExitStatus, Vec<u8>, Vec<u8>), String> {
    let streams = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (Some(mut stdin), Some(stdout), Some(stderr)) = streams else { return Err("has no streams".into()) };
    let give = async move {
        // A program that does not read is no failure by itself: what counts is what it prints.
        let _ = stdin.write_all(input.as_bytes()).await;
        Ok(())
    };
    let ((), printed, said) = tokio::try_join!(give, bounded(stdout), bounded(stderr))?;
    let status = child.wait().await.map_err(|error| format!("failed: {error}"))?;
    Ok((status, printed, said))
}

/// All of a stream, if that is not too much.
async fn bounded(stream: impl AsyncRead + Unpin) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    stream.take(MOST + 1).read_to_end(&mut bytes).await.map_err(|error| format!("failed: {error}"))?;
    if bytes.len() as u64 > MOST {
        return Err(format!("printed more than {MOST} bytes and was ended"));
    }
    Ok(bytes)
}

/// The processes of a program: killed when this is dropped.
struct Group(Option<Pid>);

impl Group {
    fn of(child: &Child) -> Self {
        let leader = child.id().and_then(|id| i32::try_from(id).ok());
        Self(leader.and_then(Pid::from_raw))
    }

    fn leave(mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // An error means that all of them have ended.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    async fn shell(script: &str) -> Result<String, String> {
        run(&["sh".to_owned(), "-c".to_owned(), script.to_owned()], "00".to_owned()).await
    }

    #[tokio::test]
    async fn a_program_that_prints_without_end_is_ended_at_once() {
        let begun = Instant::now();
        for script in ["exec yes", "exec yes >&2", "yes & exec yes >&2"] {
            let told = shell(script).await.unwrap_err();
            assert_eq!(told, "printed more than 4096 bytes and was ended", "{script}");
        }
        assert!(begun.elapsed() < PATIENCE / 2, "{:?}", begun.elapsed());
        assert_eq!(shell("echo signed").await.unwrap(), "signed\n");
    }

    #[tokio::test]
    async fn what_a_failed_program_started_ends_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pid").display().to_string();
        shell(&format!("sleep 300 >/dev/null 2>&1 & echo $! > {file}; exec yes")).await.unwrap_err();
        let stat = format!("/proc/{}/stat", std::fs::read_to_string(file).unwrap().trim());
        // One that nobody has waited for yet is a zombie, which is an end too.
        let runs = || std::fs::read_to_string(&stat).is_ok_and(|stat| !stat.contains(") Z "));
        for _ in 0..100 {
            if !runs() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("it still runs: {stat}");
    }
}
