//! Trains the word segmenter: first on running text that another tool divided,
//! then, with fresh step sizes, on the treebank whose conventions we keep.

use std::collections::BTreeMap;
use std::fs;

use rustc_hash::FxHashMap;
use text::segment::{
    GoldSentence, Lexicon, Segmenter, Trainer, TreebankSentence, Word, WordCounts, read_conllu,
};

use crate::news::{self, News};
use crate::{Paths, Result};

/// Size of the table of weights, as a power of two. F1 on dev in a first trial:
/// 21 bits .9618, 22 .9624, 23 .9630.
const BITS: u32 = 22;
/// First step size on running text; it falls to a tenth.
const NEWS_RATE: f32 = 0.2;
/// Step size on the treebank, and the sum of squares it begins with: near the
/// best of nine pairs tried (F1 on dev from .962 to .966).
const TREEBANK_RATE: f32 = 0.25;
const TREEBANK_SQUARES: f32 = 0.3;
/// Passes over the treebank; the weights after each are averaged.
const TREEBANK_PASSES: usize = 4;
/// Nats of one unit of a weight in the model.
const STEP: f32 = 0.06;
/// Words of the lexicon are seen at least so often.
const MIN_WORD_COUNT: u32 = 5;

pub(crate) fn train(paths: &Paths) -> Result<()> {
    let News { lines, held_out } = news::read(&paths.news)?;
    let treebank = read_conllu(&fs::read_to_string(&paths.treebank)?)?;
    let dev = read_conllu(&fs::read_to_string(&paths.measure)?)?;
    let lexicon = lexicon(&lines);
    eprintln!(
        "{} lines ({} articles held out), {} words in the lexicon",
        lines.len(),
        held_out.len(),
        lexicon.words().count()
    );
    let mut trainer = Trainer::new(BITS, lexicon);
    lines
        .iter()
        .for_each(|line| trainer.count(&GoldSentence::from_underscored(line), 1));
    treebank
        .iter()
        .for_each(|sentence| trainer.count(&sentence.gold, 3));
    learn_news(&mut trainer, &lines);
    report("after the running text", &dev, |text| trainer.segment(text));
    let weights = learn_treebank(&mut trainer, &treebank);
    let segmenter = Segmenter::from_training(trainer.lexicon().clone(), &weights, STEP);
    let bytes = segmenter.to_bytes()?;
    report("after the treebank", &dev, |text| segmenter.segment(text));
    eprintln!("{} bytes", bytes.len());
    fs::write(&paths.out, bytes)?;
    Ok(())
}

/// One pass; every fifth line once more in lower case, where capitals tell nothing.
fn learn_news(trainer: &mut Trainer, lines: &[String]) {
    for (i, line) in lines.iter().enumerate() {
        let rate = NEWS_RATE * (1.0 - 0.9 * i as f32 / lines.len() as f32);
        let gold = GoldSentence::from_underscored(line);
        trainer.learn(&gold, rate);
        if i % 5 == 0 {
            trainer.learn(&gold.to_lowercase(), rate);
        }
    }
}

/// The mean of the weights after each pass.
fn learn_treebank(trainer: &mut Trainer, treebank: &[TreebankSentence]) -> Vec<f32> {
    trainer.restart(TREEBANK_SQUARES);
    let mut mean = vec![0.0; trainer.weights().len()];
    for _ in 0..TREEBANK_PASSES {
        for (i, sentence) in treebank.iter().enumerate() {
            trainer.learn(&sentence.gold, TREEBANK_RATE);
            if i % 2 == 0 {
                trainer.learn(&sentence.gold.to_lowercase(), TREEBANK_RATE);
            }
        }
        for (mean, weight) in mean.iter_mut().zip(trainer.weights()) {
            *mean += weight / TREEBANK_PASSES as f32;
        }
    }
    mean
}

fn report(stage: &str, dev: &[TreebankSentence], segment: impl Fn(&str) -> Vec<Word>) {
    for (name, change) in [
        ("as it is", None),
        ("lower case", Some(false)),
        ("capitals", Some(true)),
    ] {
        let mut counts = WordCounts::default();
        for TreebankSentence { text, gold } in dev {
            let text = match change {
                None => text.clone(),
                Some(false) => text.to_lowercase(),
                Some(true) => text.to_uppercase(),
            };
            counts.add(gold, &text, &segment(&text));
        }
        let (p, r) = (counts.precision(), counts.recall());
        eprintln!(
            "{stage}, {name}: precision {p:.4} recall {r:.4} F1 {:.4}",
            counts.f1()
        );
    }
}

/// Words of two to four syllables, and how sure: by how often their syllables
/// stand together as that word, and by how often at all.
fn lexicon(lines: &[String]) -> Lexicon {
    let mut n_words: FxHashMap<String, u32> = FxHashMap::default();
    for word in lines
        .iter()
        .flat_map(|line| line.split_whitespace())
        .filter(|w| w.contains('_'))
    {
        let form = index_form(&word.replace('_', " "));
        if (2..=4).contains(&form.split(' ').count()) {
            *n_words.entry(form).or_default() += 1;
        }
    }
    n_words.retain(|_, n| *n >= MIN_WORD_COUNT);
    let n_spans = count_spans(lines, &n_words);
    let entries: BTreeMap<String, u32> = n_words.into_iter().collect();
    let standing = |word: &str, n: u32| {
        let share = f64::from(n) / f64::from(n_spans.get(word).copied().unwrap_or(n).max(n));
        let sure = [0.5, 0.9, 0.98]
            .iter()
            .filter(|&&bound| share >= bound)
            .count();
        2 + sure as u8 + if n >= 6 * MIN_WORD_COUNT { 4 } else { 0 }
    };
    Lexicon::new(
        entries
            .into_iter()
            .map(|(word, n)| (standing(&word, n), word))
            .map(|(s, w)| (w, s))
            .collect(),
    )
}

/// How often the syllables of each word stand side by side, divided or not.
fn count_spans(lines: &[String], words: &FxHashMap<String, u32>) -> FxHashMap<String, u32> {
    let mut n_spans: FxHashMap<String, u32> = FxHashMap::default();
    for line in lines {
        let form = index_form(&line.replace('_', " "));
        let starts: Vec<usize> = std::iter::once(0)
            .chain(form.match_indices(' ').map(|(at, _)| at + 1))
            .collect();
        for (i, &start) in starts.iter().enumerate() {
            for n in 2..=4 {
                let Some(&next) = starts
                    .get(i + n)
                    .or((i + n == starts.len()).then_some(&(form.len() + 1)))
                else {
                    break;
                };
                let span = &form[start..next - 1];
                if words.contains_key(span) {
                    *n_spans.entry(span.to_owned()).or_default() += 1;
                }
            }
        }
    }
    n_spans
}

/// Tokens in index form, joined by single spaces.
fn index_form(text: &str) -> String {
    let mut form = String::with_capacity(text.len());
    text::for_each_token(text, |token| {
        if !form.is_empty() {
            form.push(' ');
        }
        form.push_str(token.exact);
    });
    form
}
