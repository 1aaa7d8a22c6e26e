//! The back-fill of the index of meaning, with its progress and the time that
//! is left, on a terminal only.

use std::{io::IsTerminal as _, time::Duration};

use catalog::CatalogStore;
use index::vectors::VectorStore;
use indicatif::{ProgressBar, ProgressStyle};
use ingest::{Vectorised, Vectoriser};
use search::Meaning;

/// Changes a step: what a killed run repeats, seconds of work.
pub(crate) const STEP: usize = 32;

/// A bar; hidden where nobody looks.
pub(crate) fn bar() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} changes, {eta} left");
    let bar = ProgressBar::new(0).with_style(style.expect("a template of known keys"));
    bar.enable_steady_tick(Duration::from_secs(1));
    bar
}

/// Texts taken over at once: some megabytes.
const TEXTS_AT_ONCE: usize = 2000;

/// Takes over the vectors of all texts that one index knows into another; gives
/// how many there are.
pub(crate) fn take_over(
    from: &dyn VectorStore,
    to: &dyn VectorStore,
    bar: &ProgressBar,
) -> anyhow::Result<u64> {
    let (mut after, mut n) = (None, 0);
    loop {
        let texts = from.known(after, TEXTS_AT_ONCE)?;
        let Some((last, _)) = texts.last() else {
            return Ok(n);
        };
        after = Some(*last);
        to.learn(&texts)?;
        n += texts.len() as u64;
        bar.set_position(n);
    }
}

/// Applies all changes that the vectors do not have yet; what is done is found
/// at once and not done again after an interruption.
pub(crate) fn vectorise(
    catalog: &dyn CatalogStore,
    meaning: &Meaning,
    bar: &ProgressBar,
) -> anyhow::Result<Vectorised> {
    let vectoriser = Vectoriser::new(catalog, &*meaning.embedder, &*meaning.vectors);
    let start = meaning.vectors.applied_seq()?.0;
    let mut last = catalog.seq()?.0;
    let mut all = Vectorised::default();
    loop {
        let step = vectoriser.step(STEP)?;
        all.applied += step.applied;
        all.embedded += step.embedded;
        all.known += step.known;
        (all.seq, all.is_last) = (step.seq, step.is_last);
        if step.seq.0 > last {
            last = catalog.seq()?.0;
        }
        bar.set_length(last.saturating_sub(start));
        bar.set_position(step.seq.0.saturating_sub(start));
        if step.is_last {
            meaning.vectors.optimise()?;
            return Ok(all);
        }
    }
}
