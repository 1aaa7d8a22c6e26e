//! `kill -9` at moments spread over a run of the program, however fast the
//! machine happens to be.

use std::{
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// Mixes a seed (splitmix64; Steele, Lea, Flood, 2014): the moments are the
/// same at every run of the test.
pub(crate) fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Shares of a run, one in each of `n_kills` parts of the same length.
pub(crate) fn shares(n_kills: u64, seed: u64) -> impl Iterator<Item = f64> {
    let within = move |kill| (mix(kill + seed) % 1000) as f64 / 1000.0;
    (0..n_kills).map(move |kill| (kill as f64 + within(kill)) / n_kills as f64)
}

/// How long a run lasts: the shortest that was seen. A machine that has less
/// to do than at first makes it shorter.
#[derive(Debug)]
pub(crate) struct Lasting(Duration);

impl Lasting {
    /// Of an undisturbed run that began then and has just ended.
    pub(crate) fn since(start: Instant) -> Self {
        Self(start.elapsed())
    }

    /// Kills a run after that share of its time. A run that ends sooner is
    /// taken as the new measure, and another is made.
    ///
    /// * `begin`: makes what the run works on, and the run.
    /// * Gives what the killed run worked on.
    pub(crate) fn kill_at<T>(&mut self, share: f64, begin: impl Fn() -> (T, Command)) -> T {
        const N_TRIES: usize = 20;
        for _ in 0..N_TRIES {
            let (work, command) = begin();
            match kill_after(command, self.0.mul_f64(share)) {
                Some(lasted) => self.0 = self.0.min(lasted),
                None => return work,
            }
        }
        panic!("{N_TRIES} runs ended before {share:.3} of {:?}", self.0);
    }

    /// Kills this one run after that share of its time, or lets it end where it
    /// is faster than that.
    pub(crate) fn kill_once(&mut self, share: f64, command: Command) {
        if let Some(lasted) = kill_after(command, self.0.mul_f64(share)) {
            self.0 = self.0.min(lasted);
        }
    }
}

/// How long the run lasted where it ended before the moment; nothing where it
/// was killed.
fn kill_after(mut command: Command, moment: Duration) -> Option<Duration> {
    let start = Instant::now();
    let quiet = command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = quiet.spawn().unwrap();
    while start.elapsed() < moment {
        if child.try_wait().unwrap().is_some() {
            return Some(start.elapsed());
        }
        let left = moment.saturating_sub(start.elapsed());
        thread::sleep(Duration::from_millis(1).min(left));
    }
    child.kill().unwrap();
    let was_killed = child.wait().unwrap().code().is_none();
    (!was_killed).then(|| start.elapsed())
}
