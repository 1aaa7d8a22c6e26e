//! How far long work is, on a terminal only.

use indicatif::ProgressBar;

/// A line that says what is done, how much of it, out of how much.
pub(crate) struct Steps(ProgressBar);

impl Steps {
    /// Nothing is shown yet.
    pub(crate) fn new() -> Self {
        Self(ProgressBar::no_length())
    }

    /// Says where the work is.
    pub(crate) fn say(&self, what: &'static str, done: u64, all: u64) {
        self.0.set_message(what);
        self.0.set_length(all);
        self.0.set_position(done);
    }

    /// Clears the line.
    pub(crate) fn end(&self) {
        self.0.finish_and_clear();
    }
}
