//! A program that gets bytes and gives bytes, ended when it takes too long or
//! says too much.

use std::{
    io::{self, Read, Write},
    process::{Child, Command, Stdio},
    sync::mpsc::{RecvTimeoutError, sync_channel},
    thread,
    time::Duration,
};

/// What of a complaint is shown, bytes.
const SHOWN_BYTES: usize = 200;

/// A program with its limits.
pub(super) struct Job {
    pub(super) command: Command,
    pub(super) seconds: u32,
    pub(super) max_bytes: u64,
}

impl Job {
    /// Runs it to its end.
    ///
    /// # Errors
    /// Why there is no answer, in words.
    pub(super) fn run(mut self, input: &[u8]) -> Result<Vec<u8>, String> {
        let program = self.command.get_program().to_string_lossy().into_owned();
        let child = self
            .command
            .env_clear()
            // One page on one core: pages of other documents have the others.
            .env("OMP_THREAD_LIMIT", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let child = child.map_err(|error| format!("`{program}` cannot be started: {error}"))?;
        let mut child = Ended(child);
        let (stdin, stdout) = (child.0.stdin.take(), child.0.stdout.take());
        let stderr = child.0.stderr.take();
        let (Some(mut stdin), Some(stdout), Some(stderr)) = (stdin, stdout, stderr) else {
            return Err(format!("`{program}` has no pipes"));
        };
        let (sender, answers) = sync_channel(1);
        let limit = self.max_bytes;
        thread::scope(|scope| {
            // It ends by itself when the program does.
            scope.spawn(move || stdin.write_all(input));
            let complaint = scope.spawn(move || head(stderr));
            scope.spawn(move || sender.send(whole(stdout, limit)));
            let answer = answers.recv_timeout(Duration::from_secs(self.seconds.into()));
            let outcome = match answer {
                Ok(Ok(answer)) => child.0.wait().map(|status| (answer, status)),
                Ok(Err(error)) => Err(error),
                Err(RecvTimeoutError::Timeout) => Err(io::ErrorKind::TimedOut.into()),
                Err(RecvTimeoutError::Disconnected) => Err(io::ErrorKind::BrokenPipe.into()),
            };
            // Whatever it still does is not waited for.
            child.end();
            let complaint = complaint.join().unwrap_or_default();
            match outcome {
                Ok((answer, status)) if status.success() => Ok(answer),
                Ok((_, status)) => Err(format!("`{program}` failed ({status}): {complaint}")),
                Err(error) if error.kind() == io::ErrorKind::TimedOut => {
                    Err(format!("`{program}` took more than {} s", self.seconds))
                }
                Err(error) => Err(format!("`{program}`: {error}")),
            }
        })
    }
}

/// A process that does not outlive its job.
struct Ended(Child);

impl Ended {
    fn end(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Ended {
    fn drop(&mut self) {
        self.end();
    }
}

fn whole(mut from: impl Read, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    (&mut from).take(limit + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > limit {
        true => Err(io::Error::other("its answer passes the limit")),
        false => Ok(bytes),
    }
}

/// The first line of a complaint; the rest is read past, so that it is not
/// stuck.
fn head(mut from: impl Read) -> String {
    let mut bytes = Vec::new();
    // A broken pipe ends the complaint.
    let _ = (&mut from).take(SHOWN_BYTES as u64).read_to_end(&mut bytes);
    let _ = io::copy(&mut from, &mut io::sink());
    let text = String::from_utf8_lossy(&bytes);
    text.lines().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(script: &str, input: &[u8], seconds: u32) -> Result<Vec<u8>, String> {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]);
        let job = Job {
            command,
            seconds,
            max_bytes: 1000,
        };
        job.run(input)
    }

    #[test]
    fn a_program_answers_or_is_ended() {
        assert_eq!(run("cat", b"abc", 60).unwrap(), b"abc");
        assert!(run("cat", &[0; 2000], 60).unwrap_err().contains("limit"));
        assert!(
            run("exec sleep 600", b"", 1)
                .unwrap_err()
                .contains("more than 1 s")
        );
        let failed = run("echo odd picture >&2; exit 3", &[0; 1 << 20], 60).unwrap_err();
        assert!(
            failed.contains("odd picture") && failed.contains('3'),
            "{failed}"
        );
    }
}
