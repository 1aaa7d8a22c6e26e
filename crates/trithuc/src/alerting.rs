//! Saved searches while the pages are served: a round of looking and telling at
//! an interval, on a thread of its own that ends with the program. One process
//! of an installation does it at a time, by a lock on a file.

use std::{
    fs::{File, TryLockError},
    path::Path,
    time::Duration,
};

use anyhow::Context as _;
use server::{AlertRound, Library, Settings, alert_round};

/// How long a thread that was refused the lock waits for the other process to
/// end.
const PAUSE: Duration = Duration::from_secs(60);

/// One round, unless another process is at it: then `None`.
pub(crate) fn round(
    data: &Path,
    library: &Library,
    settings: &Settings,
    base_url: &str,
) -> anyhow::Result<Option<AlertRound>> {
    let path = data.join("alerts.lock");
    let lock = File::create(&path);
    let lock = lock.with_context(|| format!("`{}` cannot be written", path.display()))?;
    match lock.try_lock() {
        Ok(()) => Ok(Some(alert_round(library, settings, base_url)?)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("`{}` cannot be locked", path.display()))
        }
    }
}

/// Rounds until the program ends. One that is cut off is done again.
pub(crate) fn follow(data: &Path, library: Library, settings: Settings, base_url: String) {
    let interval = Duration::from_secs(settings.alerts.interval_s);
    if interval.is_zero() {
        return;
    }
    let data = data.to_owned();
    std::thread::spawn(move || {
        loop {
            std::thread::sleep(interval);
            match round(&data, &library, &settings, &base_url) {
                Ok(Some(_)) => {}
                Ok(None) => std::thread::sleep(PAUSE),
                Err(error) => tracing::error!("saved searches cannot be followed: {error:#}"),
            }
        }
    });
}
