//! Exit statuses: 0 done; 1 failed; 2 bad usage; 3 done, but inputs were set
//! aside.

use std::process::ExitCode;

/// How a command that did not fail ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All done: status 0.
    Done,
    /// Done, but some inputs were set aside with their reasons: status 3.
    SetAside,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Done => Self::SUCCESS,
            Outcome::SetAside => Self::from(3),
        }
    }
}

/// An error in what the user asked, not in what the program did: status 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Usage(pub(crate) String);

/// Prints the error with its causes on standard error; a [`Usage`] error gives
/// status 2, any other 1.
pub(crate) fn report_failure(error: &anyhow::Error) -> ExitCode {
    let shown = records::with_causes(error.as_ref());
    eprintln!("trithuc: {shown}");
    ExitCode::from(if error.is::<Usage>() { 2 } else { 1 })
}
