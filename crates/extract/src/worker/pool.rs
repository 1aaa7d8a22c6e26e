//! The outside of the workers: processes that are started, fed, timed and ended.

use std::{
    ffi::OsString,
    io::{self, Read, Write},
    path::PathBuf,
    process::{Child, ChildStdin, Command, Stdio},
    sync::{
        Mutex,
        mpsc::{Receiver, RecvTimeoutError, sync_channel},
    },
    thread,
    time::Duration,
};

use super::{Answer, IS_ALIVE, Request};
use crate::{Document, DocumentReader, ExtractError};

/// What one document may cost in a worker, beyond [`crate::Limits`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkerLimits {
    /// Time from the request to the whole answer, and from each picture of a
    /// page that was read.
    pub timeout: Duration,
    /// Pictures that may prolong the time so.
    pub max_signs_of_life: u32,
    /// Bytes of an answer.
    pub max_answer_bytes: u64,
    /// Documents that one process reads before a fresh one takes its place, so
    /// that what libraries leak does not add up.
    pub documents_a_process: u32,
}

impl Default for WorkerLimits {
    /// The slowest honest document at hand, a book of 1,000 pages, takes 6 s
    /// under load; a minute's work on a machine ten times slower is let through.
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(120),
            max_signs_of_life: 1000,
            max_answer_bytes: 512 << 20,
            documents_a_process: 500,
        }
    }
}

/// Worker processes of one program, started when they are needed: as many as
/// documents are read at the same time.
#[derive(Debug)]
pub struct WorkerPool {
    program: PathBuf,
    arguments: Vec<OsString>,
    limits: WorkerLimits,
    idle: Mutex<Vec<Worker>>,
}

#[derive(Debug)]
struct Worker {
    child: Child,
    input: ChildStdin,
    answers: Receiver<io::Result<Vec<u8>>>,
    n_documents: u32,
}

impl WorkerPool {
    /// Workers that run `program` with `arguments`, which must end in
    /// [`super::serve`].
    pub fn new(program: PathBuf, arguments: Vec<OsString>, limits: WorkerLimits) -> Self {
        Self {
            program,
            arguments,
            limits,
            idle: Mutex::new(Vec::new()),
        }
    }

    fn take(&self) -> io::Result<Worker> {
        let idle = self.idle.lock().map_or_else(
            |poisoned| poisoned.into_inner().pop(),
            |mut idle| idle.pop(),
        );
        match idle {
            Some(worker) => Ok(worker),
            None => Worker::start(&self.program, &self.arguments, self.limits.max_answer_bytes),
        }
    }

    fn give_back(&self, worker: Worker) {
        if worker.n_documents >= self.limits.documents_a_process {
            return worker.end();
        }
        match self.idle.lock() {
            Ok(mut idle) => idle.push(worker),
            Err(_) => worker.end(),
        }
    }
}

impl DocumentReader for WorkerPool {
    fn read(&self, bytes: &[u8], name: &str) -> Result<Document, ExtractError> {
        let mut worker = self.take().map_err(ExtractError::NoReader)?;
        let asked = worker.ask(bytes, name);
        let answer = match asked {
            Ok(()) => worker.answer(&self.limits),
            // The reason is in how the process ended.
            Err(_) => Err(RecvTimeoutError::Disconnected),
        };
        match answer {
            Ok(Ok(answer)) => {
                worker.n_documents += 1;
                let answer = serde_json::from_slice(&answer);
                self.give_back(worker);
                match answer {
                    Ok(Answer::Read(document)) => Ok(*document),
                    Ok(Answer::Refused(reason)) => Err(ExtractError::Refused(reason)),
                    Ok(Answer::ImagesOnly { n_pages }) => Err(ExtractError::ImagesOnly { n_pages }),
                    Err(error) => Err(ExtractError::ReaderLost {
                        how: format!("its answer cannot be read: {error}"),
                    }),
                }
            }
            Ok(Err(error)) if error.kind() == io::ErrorKind::FileTooLarge => {
                worker.end();
                Err(ExtractError::TooLarge {
                    limit: self.limits.max_answer_bytes,
                    unit: "bytes of text",
                })
            }
            Err(RecvTimeoutError::Timeout) => {
                worker.end();
                Err(ExtractError::TooSlow {
                    seconds: self.limits.timeout.as_secs(),
                })
            }
            Ok(Err(_)) | Err(RecvTimeoutError::Disconnected) => Err(ExtractError::ReaderLost {
                how: worker.last_words(),
            }),
        }
    }
}

impl Drop for WorkerPool {
    fn drop(&mut self) {
        if let Ok(idle) = self.idle.get_mut() {
            idle.drain(..).for_each(Worker::end);
        }
    }
}

impl Worker {
    fn start(program: &PathBuf, arguments: &[OsString], max_answer_bytes: u64) -> io::Result<Self> {
        let mut child = Command::new(program)
            .args(arguments)
            // Documents are not trusted: their reader gets no secrets.
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let (Some(input), Some(mut output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        let (sender, answers) = sync_channel(1);
        // A pipe cannot be read with a time limit; a thread that waits can.
        thread::spawn(move || {
            loop {
                let answer = read_answer(&mut output, max_answer_bytes);
                let is_last = answer.is_err();
                if sender.send(answer).is_err() || is_last {
                    return;
                }
            }
        });
        Ok(Self {
            child,
            input,
            answers,
            n_documents: 0,
        })
    }

    fn ask(&mut self, bytes: &[u8], name: &str) -> io::Result<()> {
        let request = Request {
            name: name.to_owned(),
            n_bytes: bytes.len(),
        };
        let mut line = serde_json::to_vec(&request).map_err(io::Error::other)?;
        line.push(b'\n');
        self.input.write_all(&line)?;
        self.input.write_all(bytes)?;
        self.input.flush()
    }

    /// Waits for the answer; each sign of life gives it the whole time again.
    fn answer(&self, limits: &WorkerLimits) -> Result<io::Result<Vec<u8>>, RecvTimeoutError> {
        for _ in 0..=limits.max_signs_of_life {
            match self.answers.recv_timeout(limits.timeout)? {
                Ok(sign) if sign.is_empty() => {}
                answer => return Ok(answer),
            }
        }
        Err(RecvTimeoutError::Timeout)
    }

    /// Ends the process at once.
    fn end(mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// How a process that stopped talking ended.
    fn last_words(mut self) -> String {
        // It has closed its pipes: it is about to end.
        for _ in 0..50 {
            match self.child.try_wait() {
                Ok(Some(status)) => return status.to_string(),
                Ok(None) => thread::sleep(Duration::from_millis(20)),
                Err(error) => return error.to_string(),
            }
        }
        self.end();
        "it closed its pipes".to_owned()
    }
}

fn read_answer(output: &mut impl Read, max_bytes: u64) -> io::Result<Vec<u8>> {
    let mut len = [0; 8];
    output.read_exact(&mut len)?;
    let len = u64::from_le_bytes(len);
    if len == IS_ALIVE {
        return Ok(Vec::new());
    }
    if len > max_bytes {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    let mut answer = Vec::new();
    let n_read = output.take(len).read_to_end(&mut answer)?;
    if (n_read as u64) < len {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(script: &str) -> WorkerPool {
        let limits = WorkerLimits {
            timeout: Duration::from_millis(1500),
            max_signs_of_life: 3,
            max_answer_bytes: 1000,
            documents_a_process: 2,
        };
        let arguments = vec!["-c".into(), script.into()];
        WorkerPool::new("/bin/sh".into(), arguments, limits)
    }

    #[test]
    fn a_worker_that_dies_hangs_or_babbles_costs_one_document() {
        let dying = pool("read line; kill -9 $$").read(b"x", "a.txt");
        assert!(
            matches!(&dying, Err(ExtractError::ReaderLost { how }) if how.contains('9')),
            "{dying:?}"
        );
        let hanging = pool("read line; exec sleep 60").read(b"x", "a.txt");
        assert!(
            matches!(hanging, Err(ExtractError::TooSlow { .. })),
            "{hanging:?}"
        );
        let babbling = pool("exec cat /dev/zero | tr '\\0' 'x'").read(b"x", "a.txt");
        assert!(
            matches!(babbling, Err(ExtractError::TooLarge { .. })),
            "{babbling:?}"
        );
        let endless = pool("read line; while printf '\\377\\377\\377\\377\\377\\377\\377\\377'; do sleep 0.1; done")
            .read(b"x", "a.txt");
        assert!(
            matches!(endless, Err(ExtractError::TooSlow { .. })),
            "{endless:?}"
        );
        let lying = pool("printf '\\005\\0\\0\\0\\0\\0\\0\\0hello'; exec cat >/dev/null")
            .read(b"x", "a.txt");
        assert!(
            matches!(lying, Err(ExtractError::ReaderLost { .. })),
            "{lying:?}"
        );
        let missing = WorkerPool::new(
            "/no/such/program".into(),
            Vec::new(),
            WorkerLimits::default(),
        );
        assert!(matches!(
            missing.read(b"x", "a.txt"),
            Err(ExtractError::NoReader(_))
        ));
    }

    #[test]
    fn serve_answers_one_request_after_the_other() {
        let mut input = Vec::new();
        for text in ["Xin chào", "\u{0}\u{1}\u{2}\u{3}"] {
            let request = Request {
                name: "a.txt".to_owned(),
                n_bytes: text.len(),
            };
            serde_json::to_writer(&mut input, &request).unwrap();
            input.push(b'\n');
            input.extend_from_slice(text.as_bytes());
        }
        let mut output = Vec::new();
        super::super::serve(&input[..], &mut output, &crate::Limits::default(), None).unwrap();
        let mut output = &output[..];
        let mut answer = || -> Answer {
            serde_json::from_slice(&read_answer(&mut output, 1 << 20).unwrap()).unwrap()
        };
        assert!(matches!(answer(), Answer::Read(document) if document.text() == "Xin chào"));
        assert!(matches!(answer(), Answer::Refused(reason) if reason.contains("not a document")));
    }
}
