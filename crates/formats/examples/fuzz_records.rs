//! Mutates seed files and reads them, in every format that their bytes may be,
//! for a number of seconds; ends with an error at the first panic and leaves
//! the bytes that caused it.
//!
//! ```sh
//! cargo run --release -p formats --example fuzz_records -- SECONDS SEED FILE...
//! ```
#![allow(clippy::print_stdout, reason = "it is a command")]

use std::{
    fs, io,
    panic::{AssertUnwindSafe, catch_unwind},
    time::{Duration, Instant},
};

use formats::{Kind, Limits, decode};

/// Longer seeds are cut: a panic hides in the first kilobytes.
const MAX_SEED_BYTES: usize = 1 << 16;

/// Every reader sees every mutant, not only the one that its bytes ask for.
const KINDS: [Kind; 12] = [
    Kind::JsonLines,
    Kind::Json,
    Kind::Bibtex,
    Kind::Ris,
    Kind::Csv,
    Kind::Marc,
    Kind::MarcText,
    Kind::Xml,
    Kind::RdfXml,
    Kind::Turtle,
    Kind::Aps,
    Kind::Brs,
];

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

/// Flips, cuts, repeats and swaps parts.
fn mutate(seed: &[u8], other: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=random.below(8) {
        if bytes.is_empty() {
            break;
        }
        let at = random.below(bytes.len());
        match random.below(6) {
            0 => bytes[at] = u8::try_from(random.below(256)).unwrap_or(0),
            1 => bytes[at] ^= 1 << random.below(8),
            2 => bytes.truncate(at),
            3 => drop(bytes.drain(at..(at + random.below(64)).min(bytes.len()))),
            4 => {
                let end = (at + random.below(64)).min(bytes.len());
                let part = bytes[at..end].to_vec();
                bytes.splice(at..at, part);
            }
            _ => {
                let from = random.below(other.len());
                let part = &other[from..(from + random.below(256)).min(other.len())];
                bytes.splice(at..at, part.iter().copied());
            }
        }
    }
    bytes
}

fn read(bytes: &[u8], kind: Kind) {
    let Ok(decoded) = decode::open(bytes) else {
        return;
    };
    let _ = Kind::sniff(&decoded.head, "x");
    let format = kind.format();
    let limits = Limits {
        max_entry_bytes: 1 << 20,
    };
    for entry in format.entries(decoded.reader, limits).flatten() {
        let _ = format.parse(&entry);
    }
}

fn main() -> io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut number = || arguments.next().and_then(|word| word.parse::<u64>().ok());
    let (Some(seconds), Some(seed)) = (number(), number()) else {
        return Err(io::Error::other("usage: fuzz_records SECONDS SEED FILE..."));
    };
    let mut seeds = Vec::new();
    for path in arguments {
        let mut bytes = fs::read(path)?;
        bytes.truncate(MAX_SEED_BYTES);
        seeds.push(bytes);
    }
    let mut random = Random(seed);
    let (start, mut n_runs) = (Instant::now(), 0_u64);
    while start.elapsed() < Duration::from_secs(seconds) {
        let at = random.below(seeds.len());
        let other = random.below(seeds.len());
        let bytes = mutate(&seeds[at], &seeds[other], &mut random);
        let own = decode::open(bytes.as_slice())
            .ok()
            .and_then(|d| Kind::sniff(&d.head, "x"));
        let any = KINDS[random.below(KINDS.len())];
        for kind in own.into_iter().chain([any]) {
            n_runs += 1;
            if catch_unwind(AssertUnwindSafe(|| read(&bytes, kind))).is_err() {
                let name = format!("panic-{kind:?}-{seed}-{n_runs}.bin");
                fs::write(&name, &bytes)?;
                return Err(io::Error::other(format!(
                    "{kind:?} reader broke down: see {name}"
                )));
            }
        }
    }
    println!("{n_runs} reads of {} seeds, no panic", seeds.len());
    Ok(())
}
