//! Mutates documents and reads them for a number of seconds; ends with an error
//! at the first panic of ours, or at the first document that takes longer than
//! [`LONGEST_READ`], and leaves the bytes that caused it. Panics of libraries,
//! which the readers catch, are counted and the first one is shown.
//!
//! ```sh
//! cargo run --release -p extract --example fuzz_documents -- SECONDS SEED FILE...
//! ```
#![allow(clippy::print_stdout, reason = "it is a command")]

use std::{
    fs, io,
    panic::{AssertUnwindSafe, catch_unwind},
    time::{Duration, Instant},
};

use extract::{ExtractError, Limits, extract};

/// Larger seeds are passed over: few mutants a second would be read.
const MAX_SEED_BYTES: usize = 1 << 20;

/// A seed of this size is read in milliseconds; a mutant that takes this long
/// has found a loop whose length an attacker chooses.
const LONGEST_READ: Duration = Duration::from_secs(20);

/// `splitmix64` (Steele, Lea, Flood 2014): one seed gives one run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit.max(1) as u64).unwrap_or(0)
    }
}

/// Changes numbers, as they stand in binary headers and in PDF syntax, copies
/// blocks over each other, and cuts.
fn mutate(seed: &[u8], random: &mut Random) -> Vec<u8> {
    const ODD: [u8; 8] = [0, 1, 0x7f, 0x80, 0xff, b'0', b'9', b'-'];
    let mut bytes = seed.to_vec();
    for _ in 0..=random.below(12) {
        if bytes.len() < 8 {
            break;
        }
        let at = random.below(bytes.len());
        let end = (at + 1 + random.below(16)).min(bytes.len());
        match random.below(5) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes[at..end].fill(ODD[random.below(ODD.len())]),
            2 => {
                let from = random.below(bytes.len() - (end - at));
                bytes.copy_within(from..from + (end - at), at);
            }
            // Offsets into the file no longer hold.
            3 => drop(bytes.drain(at..end)),
            _ if random.below(8) == 0 => bytes.truncate(at),
            _ => bytes[at] = u8::try_from(random.below(256)).unwrap_or(0),
        }
    }
    bytes
}

/// What became of the mutants.
#[derive(Default)]
struct Counts {
    n_read: u64,
    n_refused: u64,
    n_defects: u64,
    first_defect: Option<String>,
    slowest: Duration,
}

impl Counts {
    /// Reads one mutant; the error says why the run must end.
    fn read(&mut self, bytes: &[u8]) -> Result<(), String> {
        let start = Instant::now();
        let read = catch_unwind(AssertUnwindSafe(|| {
            extract(bytes, None, &Limits::default())
        }));
        let took = start.elapsed();
        self.slowest = self.slowest.max(took);
        match read {
            Err(_) => return Err("a reader of ours broke down".to_owned()),
            Ok(Ok(_)) => self.n_read += 1,
            Ok(Err(error @ ExtractError::ReaderDefect { .. })) => {
                self.n_defects += 1;
                self.first_defect.get_or_insert_with(|| error.to_string());
            }
            Ok(Err(_)) => self.n_refused += 1,
        }
        match took > LONGEST_READ {
            true => Err(format!("took {took:.1?}")),
            false => Ok(()),
        }
    }
}

fn main() -> io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut number = || arguments.next().and_then(|word| word.parse::<u64>().ok());
    let (Some(seconds), Some(seed)) = (number(), number()) else {
        return Err(io::Error::other(
            "usage: fuzz_documents SECONDS SEED FILE...",
        ));
    };
    let mut seeds = Vec::new();
    for path in arguments {
        let bytes = fs::read(path)?;
        seeds.extend((bytes.len() <= MAX_SEED_BYTES).then_some(bytes));
    }
    if seeds.is_empty() {
        return Err(io::Error::other("name files of at most 1 MiB as seeds"));
    }
    let mut random = Random(seed);
    let (start, mut counts) = (Instant::now(), Counts::default());
    while start.elapsed() < Duration::from_secs(seconds) {
        let bytes = mutate(&seeds[random.below(seeds.len())], &mut random);
        if let Err(reason) = counts.read(&bytes) {
            let name = format!("document-{seed}-{}.bin", counts.n_read + counts.n_refused);
            fs::write(&name, &bytes)?;
            return Err(io::Error::other(format!("{reason}: see {name}")));
        }
    }
    println!(
        "{} seeds: {} mutants read, {} refused, {} defects of libraries caught, slowest {:.1?}",
        seeds.len(),
        counts.n_read,
        counts.n_refused,
        counts.n_defects,
        counts.slowest
    );
    if let Some(defect) = counts.first_defect {
        println!("first defect: {defect}");
    }
    Ok(())
}
