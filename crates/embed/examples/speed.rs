//! Speed, memory and closeness of the embedding model on this machine.
//!
//! ```sh
//! cargo run --release -p embed --example speed -- models/weights/multilingual-e5-small [f32|int8|scalar [8x128]]
//! RAYON_NUM_THREADS=1 …    # one thread
//! ```
//!
//! Tokens a second of the clock say what a user waits for; tokens a second of
//! processor time, all threads together, hold on a busy machine too.

#![allow(
    clippy::print_stdout,
    reason = "a measuring aid prints what it measures"
)]

use std::{error::Error, path::Path, time::Instant};

use embed::{Embedder, Kernel, Model, Precision, TextRole};

/// Sentences that the texts are made of: Vietnamese and English, as in the
/// collections that the model serves.
const SENTENCES: [&str; 4] = [
    "Nghiên cứu chọn tạo giống lúa chịu mặn cho vùng đồng bằng sông Cửu Long trong điều kiện biến đổi khí hậu",
    "Ứng dụng mạng nơ-ron tích chập trong phát hiện sớm tổn thương phổi trên ảnh chụp cắt lớp vi tính",
    "A survey of graph neural networks for traffic forecasting in large cities of South-East Asia",
    "Đánh giá hiện trạng ô nhiễm vi nhựa trong trầm tích ven biển và đề xuất giải pháp quản lý",
];

/// Runs of a batch.
const REPEATS: usize = 15;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("say the folder of the model")?;
    let engine = arguments.next().unwrap_or_default();
    let shapes = match arguments.next() {
        Some(shape) => vec![parse(&shape).ok_or("say texts x tokens, such as 8x128")?],
        None => vec![(8, 128), (32, 128), (64, 250), (8, 512)],
    };
    let started = Instant::now();
    let precision = (engine == "f32").then_some(Precision::F32);
    let mut model = Model::open(Path::new(&folder), precision)?;
    if engine == "scalar" {
        model = model.with_kernel(Kernel::available()[0]);
    }
    let opened_ms = started.elapsed().as_secs_f64() * 1e3;
    println!("model\t{}\t{}", model.model_id(), model.kernel().name());
    println!("threads\t{}", rayon::current_num_threads());
    println!("open\t{opened_ms:.0} ms\tresident {} MB", resident_mb());
    report_query(&model)?;
    for (n_texts, n_tokens) in shapes {
        report_batch(&model, n_texts, n_tokens)?;
    }
    println!("resident\t{} MB\tpeak {} MB", resident_mb(), peak_mb());
    Ok(())
}

/// `8x128`: 8 texts of 128 tokens.
fn parse(shape: &str) -> Option<(usize, usize)> {
    let (n_texts, n_tokens) = shape.split_once('x')?;
    Some((n_texts.parse().ok()?, n_tokens.parse().ok()?))
}

fn report_query(model: &Model) -> Result<(), Box<dyn Error>> {
    let text = "giống lúa chịu mặn đồng bằng";
    let mut times_ms = Vec::new();
    for _ in 0..200 {
        let started = Instant::now();
        model.embed(&[text], TextRole::Query)?;
        times_ms.push(started.elapsed().as_secs_f64() * 1e3);
    }
    times_ms.sort_by(f64::total_cmp);
    let n_tokens = model.n_tokens(text, TextRole::Query);
    println!(
        "query of {n_tokens} tokens\tp50 {:.2} ms\tp95 {:.2} ms\tbest {:.2} ms",
        times_ms[100], times_ms[190], times_ms[0]
    );
    Ok(())
}

fn report_batch(model: &Model, n_texts: usize, n_tokens: usize) -> Result<(), Box<dyn Error>> {
    let texts: Vec<String> = (0..n_texts).map(|i| text_of(model, n_tokens, i)).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let count = |text: &&str| {
        model
            .n_tokens(text, TextRole::Passage)
            .min(model.max_tokens())
    };
    let total: usize = texts.iter().map(count).sum();
    let (mut rates, mut cpu_rates) = (Vec::new(), Vec::new());
    for _ in 0..REPEATS {
        let (started, cpu_before_s) = (Instant::now(), cpu_s());
        model.embed(&texts, TextRole::Passage)?;
        rates.push(total as f64 / started.elapsed().as_secs_f64());
        cpu_rates.push(total as f64 / (cpu_s() - cpu_before_s));
    }
    rates.sort_by(f64::total_cmp);
    cpu_rates.sort_by(f64::total_cmp);
    let [best, median] = [REPEATS - 1, REPEATS / 2];
    println!(
        "{n_texts}×{n_tokens} ({total} tokens)\tbest {:.0} tokens/s\tmedian {:.0}\ttokens a second of processor time: best {:.0}\tmedian {:.0}",
        rates[best], rates[median], cpu_rates[best], cpu_rates[median]
    );
    Ok(())
}

/// Seconds that the threads of this process have run.
fn cpu_s() -> f64 {
    let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten();
    let stats = tasks.flatten().filter_map(|task| {
        let line = std::fs::read_to_string(task.path().join("schedstat")).ok()?;
        line.split(' ').next()?.parse::<f64>().ok()
    });
    stats.sum::<f64>() / 1e9
}

/// A text of at least `n_tokens` tokens, cut by the model at its limit.
fn text_of(model: &Model, n_tokens: usize, first: usize) -> String {
    let words = SENTENCES
        .iter()
        .cycle()
        .skip(first)
        .flat_map(|s| s.split(' '));
    let mut text = String::new();
    for word in words {
        if model.n_tokens(&text, TextRole::Passage) >= n_tokens {
            break;
        }
        text.push_str(word);
        text.push(' ');
    }
    text
}

fn resident_mb() -> u64 {
    status_kb("VmRSS:") / 1024
}

fn peak_mb() -> u64 {
    status_kb("VmHWM:") / 1024
}

fn status_kb(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status
        .lines()
        .find(|line| line.starts_with(name))
        .unwrap_or_default();
    line.split_whitespace()
        .nth(1)
        .and_then(|kb| kb.parse().ok())
        .unwrap_or(0)
}
