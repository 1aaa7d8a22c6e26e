//! Measures how well records of one work are found: makes damaged variants of
//! real records, looks for them among all records, prints precision and recall
//! by kind of damage. With `--fit` it first fits the weights of `score.rs` on
//! the half of the records whose ids have an even hash and prints them; the
//! figures are always of the other half.
//!
//! `cargo run --release -p duplicates --example measure -- \
//!     ../shared/data/papers/acl_papers.jsonl.gz tests/sample/records-*.jsonl [--fit]`

#![allow(clippy::print_stdout, reason = "a program that prints measurements")]

use std::{
    collections::{BTreeMap, HashMap},
    fs::File,
    io::{BufReader, Read},
    time::Instant,
};

use duplicates::{N_FEATURES, Pair, SameAs, Sketch, WEIGHTS, features, find};
use flate2::read::MultiGzDecoder;
use formats::{Kind, Limits};
use records::{Lang, Record, RecordId, RecordType, Year};

/// The variant of a record, and what was done to it.
struct Variant {
    of: RecordId,
    damage: &'static str,
}

/// One draw after another from a seed (SplitMix64).
struct Draws(u64);

impl Draws {
    fn of(text: &str) -> Self {
        let seed = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }
}

fn main() {
    let mut paths: Vec<String> = std::env::args().skip(1).collect();
    let fits = paths.iter().any(|path| path == "--fit");
    paths.retain(|path| path != "--fit");
    let records: Vec<Record> = paths.iter().flat_map(|path| read(path)).collect();
    println!("{} records", records.len());
    let (trained, measured): (Vec<&Record>, Vec<&Record>) = records
        .iter()
        .partition(|record| Draws::of(record.id.as_str()).next().is_multiple_of(2));
    let weights = if fits { fit(&trained) } else { WEIGHTS };
    if fits {
        println!("weights: {weights:?}");
    }
    measure(&measured, &weights, "the half not trained on");
    speed(&records);
}

fn read(path: &str) -> Vec<Record> {
    let file = File::open(path).expect("a file of records");
    let reader: Box<dyn Read + Send> = if path.ends_with(".gz") {
        Box::new(MultiGzDecoder::new(file))
    } else {
        Box::new(file)
    };
    let format = Kind::JsonLines.format();
    let entries = format.entries(Box::new(BufReader::new(reader)), Limits::default());
    entries
        .filter_map(|entry| format.parse(&entry.ok()?).ok())
        .map(|parsed| parsed.record)
        .collect()
}

/// Every fourth record gets a variant, the kinds of damage in turn; a bilingual
/// record is parted into its two languages.
fn with_variants(records: &[&Record]) -> (Vec<Sketch>, HashMap<RecordId, Variant>) {
    let mut sketches = Vec::new();
    let mut variants = HashMap::new();
    for record in records {
        let mut draws = Draws::of(record.id.as_str());
        draws.next();
        let is_bilingual = record.title.iter().count() == 2;
        if !is_bilingual && draws.below(4) > 0 {
            sketches.push(Sketch::new(record));
            continue;
        }
        let mut original = (*record).clone();
        let mut variant = (*record).clone();
        variant.id = RecordId::new(format!("variant-{}", record.id.as_str())).expect("an id");
        // Real doubles come from sources that share no names.
        variant.identifiers.clear();
        let damage = if is_bilingual && draws.below(2) == 0 {
            original.title = only(&original.title, &Lang::vi());
            original.abstract_text = only(&original.abstract_text, &Lang::vi());
            variant.title = only(&variant.title, &Lang::en());
            variant.abstract_text = only(&variant.abstract_text, &Lang::en());
            strip_names(&mut variant);
            "other language (sample)"
        } else {
            damage(&mut variant, &mut draws)
        };
        sketches.push(Sketch::new(&original));
        sketches.push(Sketch::new(&variant));
        let of = record.id.clone();
        variants.insert(variant.id, Variant { of, damage });
    }
    (sketches, variants)
}

fn only(text: &records::LocalisedText, lang: &Lang) -> records::LocalisedText {
    text.get(lang)
        .map(|value| records::Localised::one(lang.clone(), value.clone()))
        .unwrap_or_default()
}

fn damage(record: &mut Record, draws: &mut Draws) -> &'static str {
    match draws.below(7) {
        0 => {
            map_texts(record, |text| text::strip_accents(text).to_uppercase());
            strip_names(record);
            "no accents, capitals"
        }
        1 => {
            for agent in &mut record.agents {
                if let Some((head, last)) = agent.name.rsplit_once(' ') {
                    agent.name = format!("{last}, {head}");
                }
            }
            let n = record.agents.len().max(1);
            record.agents.rotate_left(draws.below(n as u64) as usize);
            record.abstract_text = records::Localised::default();
            "names inverted and reordered"
        }
        2 => {
            map_texts(record, ciphered);
            // Said to be in a language that the original has not.
            record.title = other_language(&record.title);
            record.abstract_text = other_language(&record.abstract_text);
            strip_names(record);
            "translated (words replaced)"
        }
        3 => {
            map_titles(record, |title| {
                let words: Vec<_> = title.split(' ').collect();
                words[..(words.len() * 3).div_ceil(5)].join(" ")
            });
            record.agents.truncate(1);
            record.abstract_text = records::Localised::default();
            record.pages = None;
            "truncated"
        }
        4 => {
            let mut seed = Draws(draws.next());
            map_texts(record, |text| misread(text, &mut seed));
            for agent in &mut record.agents {
                agent.name = misread(&agent.name, &mut seed);
            }
            "misread letters (6 %)"
        }
        5 => {
            for agent in &mut record.agents {
                agent.name = with_initials(&agent.name);
            }
            record.year = record.year.and_then(|year| Year::new(year.get() + 1).ok());
            record.venue = None;
            record.pages = None;
            record.abstract_text = records::Localised::default();
            "sparse, initials, year off by one"
        }
        _ => {
            record.record_type = RecordType::Thesis;
            record.year = record.year.and_then(|year| Year::new(year.get() - 1).ok());
            record.venue = Some("Luận án tiến sĩ, Trường Đại học Bách khoa".to_owned());
            record.pages = None;
            record.agents.truncate(1);
            map_titles(record, |title| format!("Contributions to {title}"));
            "thesis of the same work (version)"
        }
    }
}

fn other_language(text: &records::LocalisedText) -> records::LocalisedText {
    let first = text.iter().next();
    first
        .map(|(_, value)| records::Localised::one(Lang::parse("fr"), value.clone()))
        .unwrap_or_default()
}

fn map_titles(record: &mut Record, map: impl FnMut(&str) -> String) {
    record.title = mapped(&record.title, map);
}

fn map_texts(record: &mut Record, mut map: impl FnMut(&str) -> String) {
    record.title = mapped(&record.title, &mut map);
    record.abstract_text = mapped(&record.abstract_text, &mut map);
}

fn mapped(
    text: &records::LocalisedText,
    mut map: impl FnMut(&str) -> String,
) -> records::LocalisedText {
    let mut new = records::Localised::default();
    for (lang, value) in text.iter() {
        new.set(lang.clone(), map(value));
    }
    new
}

fn strip_names(record: &mut Record) {
    for agent in &mut record.agents {
        agent.name = text::strip_accents(&agent.name);
    }
}

/// Each word becomes another one, the same for the same word; numbers, names in
/// capitals and marks stay, as they do in a translation.
fn ciphered(text: &str) -> String {
    let word = |word: &str| {
        if word
            .chars()
            .filter(|c| c.is_uppercase() || c.is_numeric())
            .count()
            > 1
        {
            return word.to_owned();
        }
        let mut draws = Draws::of(&word.to_lowercase());
        let n = 3 + draws.below(6);
        (0..n)
            .map(|_| char::from(b'a' + draws.below(26) as u8))
            .collect()
    };
    text.split(' ').map(word).collect::<Vec<String>>().join(" ")
}

/// Six letters in a hundred are taken for others, doubled or lost.
fn misread(text: &str, draws: &mut Draws) -> String {
    let mut read = String::with_capacity(text.len());
    for c in text.chars() {
        match draws.below(100) {
            0..=3 if c.is_alphabetic() => read.push(char::from(b'a' + draws.below(26) as u8)),
            4 => {}
            5 => read.extend([c, c]),
            _ => read.push(c),
        }
    }
    read
}

fn with_initials(name: &str) -> String {
    let Some((head, last)) = name.rsplit_once(' ') else {
        return name.to_owned();
    };
    let initials = head.split(' ').filter_map(|part| part.chars().next());
    initials.map(|c| format!("{c}. ")).collect::<String>() + last
}

fn is_true(pair: &Pair, variants: &HashMap<RecordId, Variant>) -> bool {
    let is_of =
        |variant: &RecordId, of: &RecordId| variants.get(variant).is_some_and(|v| v.of == *of);
    is_of(&pair.a, &pair.b) || is_of(&pair.b, &pair.a)
}

/// Whether neither is made: then it may be a real duplicate of the collection.
fn is_real(pair: &Pair, variants: &HashMap<RecordId, Variant>) -> bool {
    !variants.contains_key(&pair.a) && !variants.contains_key(&pair.b)
}

fn rescored(pairs: Vec<Pair>, weights: &[f32; N_FEATURES]) -> Vec<Pair> {
    pairs
        .into_iter()
        .map(|mut pair| {
            let x = features(&pair.evidence);
            let sum: f32 = x.iter().zip(weights).map(|(x, w)| x * w).sum();
            pair.probability = 1.0 / (1.0 + (-sum).exp());
            pair
        })
        .collect()
}

/// Newton's method on the penalised likelihood of all compared pairs.
fn fit(records: &[&Record]) -> [f32; N_FEATURES] {
    let (sketches, variants) = with_variants(records);
    let pairs = find(&sketches, 0.0).pairs;
    let data: Vec<([f32; N_FEATURES], bool)> = pairs
        .iter()
        .filter(|pair| {
            let x = features(&pair.evidence);
            // Real doubles of the collection are no examples of strangers.
            !(is_real(pair, &variants) && x[6] > 0.0 && x[7] > 0.9)
        })
        .map(|pair| (features(&pair.evidence), is_true(pair, &variants)))
        .collect();
    let n_true = data.iter().filter(|(_, label)| *label).count();
    println!("fitted on {} pairs, {n_true} of one work", data.len());
    let mut weights = [0.0_f64; N_FEATURES];
    for _ in 0..25 {
        let mut gradient = [0.0_f64; N_FEATURES];
        let mut hessian = [[0.0_f64; N_FEATURES]; N_FEATURES];
        for (x, label) in &data {
            let sum: f64 = x.iter().zip(weights).map(|(x, w)| f64::from(*x) * w).sum();
            let p = 1.0 / (1.0 + (-sum).exp());
            let miss = f64::from(u8::from(*label)) - p;
            let curve = (p * (1.0 - p)).max(1e-9);
            for i in (0..N_FEATURES).filter(|i| x[*i] != 0.0) {
                gradient[i] += miss * f64::from(x[i]);
                for j in 0..=i {
                    hessian[i][j] += curve * f64::from(x[i]) * f64::from(x[j]);
                }
            }
        }
        for i in 0..N_FEATURES {
            gradient[i] -= weights[i];
            hessian[i][i] += 1.0;
        }
        mirror(&mut hessian);
        let step = solve(hessian, gradient);
        for (weight, step) in weights.iter_mut().zip(step) {
            *weight += step.clamp(-3.0, 3.0);
        }
    }
    weights.map(|weight| (weight * 100.0).round() as f32 / 100.0)
}

/// The upper half of a symmetric matrix from its lower half.
fn mirror(a: &mut [[f64; N_FEATURES]; N_FEATURES]) {
    for (i, j) in (0..N_FEATURES).flat_map(|i| (0..i).map(move |j| (i, j))) {
        a[j][i] = a[i][j];
    }
}

/// Gaussian elimination; the matrix is positive definite.
fn solve(mut a: [[f64; N_FEATURES]; N_FEATURES], mut b: [f64; N_FEATURES]) -> [f64; N_FEATURES] {
    for i in 0..N_FEATURES {
        for k in i + 1..N_FEATURES {
            let share = a[k][i] / a[i][i];
            let row = a[i];
            for (left, right) in a[k].iter_mut().zip(row) {
                *left -= share * right;
            }
            b[k] -= share * b[i];
        }
    }
    for i in (0..N_FEATURES).rev() {
        let known: f64 = (i + 1..N_FEATURES).map(|k| a[i][k] * b[k]).sum();
        b[i] = (b[i] - known) / a[i][i];
    }
    b
}

fn measure(records: &[&Record], weights: &[f32; N_FEATURES], what: &str) {
    let (sketches, variants) = with_variants(records);
    let found = find(&sketches, 0.0);
    let crowded = found.n_crowded;
    let pairs = rescored(found.pairs, weights);
    println!(
        "\n{what}: {} sketches, {} variants, {} pairs compared, {crowded} in crowds",
        sketches.len(),
        variants.len(),
        pairs.len()
    );
    let mut n_compared: BTreeMap<&str, usize> = BTreeMap::new();
    let mut n_found: BTreeMap<&str, usize> = BTreeMap::new();
    let mut n_variants: BTreeMap<&str, usize> = BTreeMap::new();
    for variant in variants.values() {
        *n_variants.entry(variant.damage).or_default() += 1;
    }
    for pair in pairs.iter().filter(|pair| is_true(pair, &variants)) {
        let variant = variants.get(&pair.a).or_else(|| variants.get(&pair.b));
        let damage = variant.expect("a true pair has a variant").damage;
        *n_compared.entry(damage).or_default() += 1;
        *n_found.entry(damage).or_default() += usize::from(pair.probability >= 0.5);
    }
    for (damage, n) in &n_variants {
        let of =
            |map: &BTreeMap<&str, usize>| map.get(damage).copied().unwrap_or(0) as f64 / *n as f64;
        println!(
            "{damage:36} {n:6}  compared {:.4}  found {:.4}",
            of(&n_compared),
            of(&n_found)
        );
    }
    for least in [0.5, 0.7, 0.9] {
        let said: Vec<_> = pairs
            .iter()
            .filter(|pair| pair.probability >= least)
            .collect();
        let right = said.iter().filter(|pair| is_true(pair, &variants)).count();
        let real: Vec<_> = said
            .iter()
            .filter(|pair| is_real(pair, &variants))
            .collect();
        println!(
            "at {least}: precision {:.4} (strict), {:.4} without {} pairs of two real records; recall {:.4}",
            right as f64 / said.len() as f64,
            right as f64 / (said.len() - real.len()) as f64,
            real.len(),
            right as f64 / variants.len() as f64
        );
    }
    let real = pairs
        .iter()
        .filter(|pair| is_real(pair, &variants) && pair.probability >= 0.5);
    for pair in real.step_by(40).take(25) {
        println!(
            "  real {:.2} {:?} {} {}",
            pair.probability, pair.same_as, pair.a, pair.b
        );
    }
    let wrong = pairs.iter().filter(|pair| {
        !is_real(pair, &variants) && !is_true(pair, &variants) && pair.probability >= 0.5
    });
    for pair in wrong.step_by(10).take(15) {
        println!("  wrong {:.2} {} {}", pair.probability, pair.a, pair.b);
    }
    calibration(&pairs, &variants);
}

fn calibration(pairs: &[Pair], variants: &HashMap<RecordId, Variant>) {
    for bin in 0..5 {
        let (low, high) = (bin as f32 / 5.0, (bin + 1) as f32 / 5.0);
        let inside: Vec<_> = pairs
            .iter()
            .filter(|pair| {
                !is_real(pair, variants)
                    && pair.probability >= low
                    && pair.probability < high.max(0.2)
            })
            .filter(|pair| bin < 4 || pair.probability <= 1.0)
            .collect();
        let right = inside.iter().filter(|pair| is_true(pair, variants)).count();
        let mean: f32 =
            inside.iter().map(|pair| pair.probability).sum::<f32>() / inside.len().max(1) as f32;
        println!(
            "said {mean:.3}, true {:.3} ({} pairs)",
            right as f64 / inside.len().max(1) as f64,
            inside.len()
        );
    }
    let versions = pairs
        .iter()
        .filter(|pair| is_true(pair, variants) && pair.probability >= 0.5);
    let (mut right, mut all) = (0_usize, 0_usize);
    for pair in versions {
        let variant = variants
            .get(&pair.a)
            .or_else(|| variants.get(&pair.b))
            .expect("made");
        let is_version = variant.damage.starts_with("thesis");
        right += usize::from(is_version == (pair.same_as == SameAs::Version));
        all += 1;
    }
    println!(
        "told rightly whether duplicate or version: {:.4}",
        right as f64 / all as f64
    );
}

/// 100,000 records: all that were given, and variants until there are enough.
fn speed(records: &[Record]) {
    let mut many: Vec<Record> = records.to_vec();
    let mut draws = Draws(7);
    for n in 0..100_000_usize.saturating_sub(records.len()) {
        let mut record = records[n % records.len()].clone();
        record.id = RecordId::new(format!("more-{n}")).expect("an id");
        damage(&mut record, &mut draws);
        many.push(record);
    }
    let start = Instant::now();
    let sketches: Vec<Sketch> = many.iter().map(Sketch::new).collect();
    let sketched = start.elapsed();
    let found = find(&sketches, 0.5);
    println!(
        "\n{} records: {:.1} s to sketch, {:.1} s in all, {} pairs compared, {} found",
        many.len(),
        sketched.as_secs_f64(),
        start.elapsed().as_secs_f64(),
        found.n_compared,
        found.pairs.len()
    );
}
