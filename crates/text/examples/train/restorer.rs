//! Trains the accent restorer: on running text without the articles held out and
//! on texts on science, then on those again with the treebank, whose sentences
//! are closer to literature.

use std::{fs, path::Path};

use rustc_hash::FxHashMap;
use text::restore::{Restorer, Trainer};
use text::segment::read_conllu;

use crate::{Paths, Result, news, science};

/// Size of the table of weights, as a power of two. With 24 bits features fall
/// on the same places more often: .9636 and .8947 where 25 give .9656 and .9036.
const BITS: u32 = 25;
/// First step size on running text; it falls to a tenth.
const NEWS_RATE: f32 = 0.15;
/// Step size of the second stage; it falls to a tenth.
const STORY_RATE: f32 = 0.1;
/// Share of the running text that the second stage reads again: the lines that
/// are most like the treebank, which tells stories where the news reports.
const STORY_SHARE: f64 = 0.5;
/// How often each sentence of the treebank stands among them.
const TREEBANK_TIMES: usize = 6;
/// How often each line on science stands among them.
const SCIENCE_TIMES: usize = 3;
/// Weights nearer to zero than this many nats are dropped: half of the file, and
/// noise (news .9656 with them, .9663 without; treebank .9036, .9027).
const CUT: f32 = 0.15;
/// Nats of one unit of a weight in the model.
const STEP: f32 = 0.12;
/// A spelling seen less often is more likely a slip than a syllable.
const MIN_FORM_COUNT: u32 = 4;

pub(crate) fn train(paths: &Paths, science: &Path) -> Result<()> {
    let news = news::read(&paths.news)?;
    let lines: Vec<String> = news.lines.iter().map(|text| plain(text)).collect();
    let held_out: Vec<String> = news.held_out.iter().map(|text| plain(text)).collect();
    let (treebank, dev) = (sentences(&paths.treebank)?, sentences(&paths.measure)?);
    let (science, science_dev) = split(science::read(science)?);
    let forms = forms(lines.iter().chain(&treebank).chain(&science));
    let n_science = science.len();
    eprintln!(
        "{} lines, {n_science} on science, {} spellings",
        lines.len(),
        forms.len()
    );
    let mut trainer = Trainer::new(forms.iter().map(String::as_str), BITS);
    lines.iter().for_each(|line| trainer.count(line, 1));
    treebank.iter().for_each(|line| trainer.count(line, 2));
    science.iter().for_each(|line| trainer.count(line, 2));
    let model = |weights: &[f32]| {
        let keep = |w: &f32| if w.abs() < CUT { 0.0 } else { *w };
        let kept: Vec<f32> = weights.iter().map(keep).collect();
        Restorer::from_training(forms.iter().map(String::as_str), &kept, STEP)
    };
    let report = |stage: &str, restorer: &Restorer| {
        measure(&format!("{stage}, held-out abstracts"), restorer, &held_out);
        measure(&format!("{stage}, treebank"), restorer, &dev);
        measure(&format!("{stage}, science"), restorer, &science_dev);
    };
    let all = lines.iter().chain(&science).collect();
    learn(&mut trainer, &mixed(all), NEWS_RATE);
    report("after the running text", &model(trainer.weights()));
    let mut chosen = stories(&lines, &treebank);
    chosen.extend(std::iter::repeat_n(&science, SCIENCE_TIMES).flatten());
    learn(&mut trainer, &mixed(chosen), STORY_RATE);
    let restorer = model(trainer.weights());
    report("after the stories", &restorer);
    let bytes = restorer.to_bytes();
    eprintln!("{} bytes", bytes.len());
    fs::write(&paths.out, bytes)?;
    Ok(())
}

/// The lines that train, and each twentieth, which measures.
fn split(science: Vec<String>) -> (Vec<String>, Vec<String>) {
    let numbered = science.into_iter().enumerate();
    let (measured, learnt): (Vec<_>, Vec<_>) = numbered.partition(|(at, _)| at % 20 == 19);
    let lines = |side: Vec<(usize, String)>| side.into_iter().map(|(_, line)| line).collect();
    (lines(learnt), lines(measured))
}

/// Prints the figures of the model that is built in.
pub(crate) fn figures(news: &Path, treebank: &Path) -> Result<()> {
    let restorer = Restorer::embedded();
    let held_out: Vec<String> = news::read(news)?
        .held_out
        .iter()
        .map(|text| plain(text))
        .collect();
    measure("held-out abstracts", restorer, &held_out);
    measure("treebank", restorer, &sentences(treebank)?);
    Ok(())
}

fn plain(text: &str) -> String {
    text.replace('_', " ")
}

fn sentences(path: &Path) -> Result<Vec<String>> {
    let sentences = read_conllu(&fs::read_to_string(path)?)?.into_iter();
    Ok(sentences.map(|sentence| sentence.text).collect())
}

/// One pass; every second line without its capitals, as queries are typed.
fn learn(trainer: &mut Trainer, lines: &[&String], first_rate: f32) {
    for (i, line) in lines.iter().enumerate() {
        let rate = first_rate * (1.0 - 0.9 * i as f32 / lines.len() as f32);
        trainer.learn(line, rate, i % 2 == 0);
    }
}

/// The lines most like the treebank, and the treebank some times over.
///
/// A line is as like it as its syllables are likelier there than in the news, on
/// average.
///
/// **Source:** Moore & Lewis, "Intelligent selection of language model training
/// data", ACL 2010. **Differs:** of single syllables.
fn stories<'a>(lines: &'a [String], treebank: &'a [String]) -> Vec<&'a String> {
    let ratios = ratios(lines, treebank);
    let likeness = |line: &String| {
        let gains: Vec<f64> = syllables(line).map(|word| ratios[&word]).collect();
        gains.iter().sum::<f64>() / gains.len().max(1) as f64
    };
    let mut ranked: Vec<(f64, usize)> = lines.iter().map(likeness).zip(0..).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    ranked.truncate((lines.len() as f64 * STORY_SHARE) as usize);
    let mut chosen: Vec<&String> = ranked.into_iter().map(|(_, at)| &lines[at]).collect();
    chosen.extend(std::iter::repeat_n(treebank, TREEBANK_TIMES).flatten());
    chosen
}

/// In any fixed order that mixes the sources.
fn mixed(chosen: Vec<&String>) -> Vec<&String> {
    let mut mixed: Vec<(u64, usize)> = (0..chosen.len())
        .map(|at| ((at as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15), at))
        .collect();
    mixed.sort_unstable();
    mixed.into_iter().map(|(_, at)| chosen[at]).collect()
}

/// For every syllable the logarithm of its share in the treebank over that in the
/// news, one occurrence added to both.
fn ratios(lines: &[String], treebank: &[String]) -> FxHashMap<String, f64> {
    let mut counts: FxHashMap<String, [f64; 2]> = FxHashMap::default();
    for (side, texts) in [lines, treebank].into_iter().enumerate() {
        for word in texts.iter().flat_map(|line| syllables(line)) {
            counts.entry(word).or_insert([1.0; 2])[side] += 1.0;
        }
    }
    let sum = |side: usize| counts.values().map(|count| count[side]).sum::<f64>();
    let (news, stories) = (sum(0), sum(1));
    let ratio = |count: &[f64; 2]| (count[1] / stories).ln() - (count[0] / news).ln();
    counts
        .iter()
        .map(|(word, count)| (word.clone(), ratio(count)))
        .collect()
}

fn syllables(line: &str) -> impl Iterator<Item = String> {
    let words = line
        .split(|c: char| !c.is_alphabetic())
        .filter(|word| !word.is_empty());
    words.map(str::to_lowercase)
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
    // The model is spread out for long texts before the clock runs.
    for text in texts {
        let _ = restorer.restore_all(&text::strip_accents(text));
    }
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
