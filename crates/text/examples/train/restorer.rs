//! Trains the accent restorer: on running text without the articles held out,
//! then on the treebank, whose sentences are closer to literature.

use std::fs;

use rustc_hash::FxHashMap;
use text::restore::{Restorer, Trainer};
use text::segment::read_conllu;

use crate::{Paths, Result, news};

/// Size of the table of weights, as a power of two: at 23 bits nine places in
/// ten are taken.
const BITS: u32 = 24;
/// First step size on running text; it falls to a tenth.
const NEWS_RATE: f32 = 0.15;
/// Step size on the treebank, and the sum of squares it begins with.
const TREEBANK_RATE: f32 = 0.15;
const TREEBANK_SQUARES: f32 = 0.5;
/// Passes over the treebank; the weights after each are averaged.
const TREEBANK_PASSES: usize = 3;
/// Nats of one unit of a weight in the model.
const STEP: f32 = 0.08;
/// A spelling seen less often is more likely a slip than a syllable.
const MIN_FORM_COUNT: u32 = 4;

pub(crate) fn train(paths: &Paths) -> Result<()> {
    let news = news::read(&paths.news)?;
    let plain = |text: &String| text.replace('_', " ");
    let lines: Vec<String> = news.lines.iter().map(plain).collect();
    let held_out: Vec<String> = news.held_out.iter().map(plain).collect();
    let sentences = |path| -> Result<Vec<String>> {
        let sentences = read_conllu(&fs::read_to_string(path)?)?;
        Ok(sentences
            .into_iter()
            .map(|sentence| sentence.text)
            .collect())
    };
    let (treebank, dev) = (sentences(&paths.treebank)?, sentences(&paths.measure)?);
    let forms = forms(lines.iter().chain(&treebank));
    eprintln!("{} lines, {} spellings", lines.len(), forms.len());
    let mut trainer = Trainer::new(forms.iter().map(String::as_str), BITS);
    lines.iter().for_each(|line| trainer.count(line, 1));
    treebank.iter().for_each(|line| trainer.count(line, 2));
    learn_news(&mut trainer, &lines);
    let model =
        |weights: &[f32]| Restorer::from_training(forms.iter().map(String::as_str), weights, STEP);
    let report = |stage: &str, restorer: &Restorer| {
        measure(&format!("{stage}, held-out abstracts"), restorer, &held_out);
        measure(&format!("{stage}, treebank"), restorer, &dev);
    };
    report("after the running text", &model(trainer.weights()));
    let weights = learn_treebank(&mut trainer, &treebank);
    let restorer = model(&weights);
    report("after the treebank", &restorer);
    let bytes = restorer.to_bytes()?;
    eprintln!("{} bytes", bytes.len());
    fs::write(&paths.out, bytes)?;
    Ok(())
}

/// One pass; every second line without its capitals, as queries are typed.
fn learn_news(trainer: &mut Trainer, lines: &[String]) {
    for (i, line) in lines.iter().enumerate() {
        let rate = NEWS_RATE * (1.0 - 0.9 * i as f32 / lines.len() as f32);
        trainer.learn(line, rate, i % 2 == 0);
    }
}

/// The mean of the weights after each pass.
fn learn_treebank(trainer: &mut Trainer, treebank: &[String]) -> Vec<f32> {
    trainer.restart(TREEBANK_SQUARES);
    let mut mean = vec![0.0; trainer.weights().len()];
    for pass in 0..TREEBANK_PASSES {
        for (i, line) in treebank.iter().enumerate() {
            trainer.learn(line, TREEBANK_RATE, (i + pass) % 2 == 0);
        }
        for (mean, weight) in mean.iter_mut().zip(trainer.weights()) {
            *mean += weight / TREEBANK_PASSES as f32;
        }
    }
    mean
}

/// Spellings of Vietnamese syllables, the commonest first.
fn forms<'a>(lines: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut counts: FxHashMap<String, u32> = FxHashMap::default();
    for line in lines {
        let line = text::normalise(line).to_lowercase();
        for word in line.split(|c: char| !c.is_alphabetic()) {
            if text::syllable::is_vietnamese(word) {
                *counts.entry(word.to_owned()).or_default() += 1;
            }
        }
    }
    let mut forms: Vec<(u32, String)> = counts
        .into_iter()
        .filter(|(_, n)| *n >= MIN_FORM_COUNT)
        .map(|(word, n)| (n, word))
        .collect();
    forms.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    forms.into_iter().map(|(_, word)| word).collect()
}

/// Accuracy over pieces between spaces that hold a letter, one tone placement.
fn measure(name: &str, restorer: &Restorer, texts: &[String]) {
    let (mut n, mut n_right, mut n_same_bytes) = (0usize, 0usize, 0usize);
    let mut cpu_s = 0.0;
    for text in texts {
        let typed = text::strip_accents(text);
        let start = thread_cpu_s();
        let restored = restorer.restore_all(&typed);
        cpu_s += thread_cpu_s() - start;
        for (gold, ours) in text.split_whitespace().zip(restored.split_whitespace()) {
            if gold.contains(char::is_alphabetic) {
                n += 1;
                n_right += usize::from(text::normalise(gold) == text::normalise(ours));
                n_same_bytes += usize::from(gold == ours);
            }
        }
    }
    let share = |part: usize| part as f64 / n as f64;
    eprintln!(
        "{name}: {n} syllables, right {:.4} (byte for byte, tone placement too: {:.4}), {:.0} a second",
        share(n_right),
        share(n_same_bytes),
        n as f64 / cpu_s
    );
}

/// Processor time of this thread; 0 where the system does not tell.
fn thread_cpu_s() -> f64 {
    let stat = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    stat.split(' ')
        .next()
        .and_then(|ns| ns.parse::<f64>().ok())
        .unwrap_or(0.0)
        / 1e9
}
