//! Real files in legacy encodings come out as Unicode, whatever their kind.

#[path = "../examples/measure_legacy/score.rs"]
mod score;

use std::path::PathBuf;

#[test]
fn legacy_files_of_all_kinds_come_out_right() {
    let data = std::env::var_os("TRITHUC_TEST_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        PathBuf::from,
    );
    let folder = data.join("legacy-encoding");
    if !folder.is_dir() {
        eprintln!(
            "SKIPPED: {} is not there; legacy files were not read",
            folder.display()
        );
        return;
    }
    for part in ["public-domain", "synthetic"] {
        let scores = score::score_all(&folder.join("corpus").join(part), &folder.join("truth"));
        for score in &scores {
            assert!(
                score.failure.is_none(),
                "{}: {:?}",
                score.name,
                score.failure
            );
            assert!(
                score.share() >= 0.95,
                "{}: {:.4}",
                score.name,
                score.share()
            );
        }
        let mean = scores.iter().map(score::Score::share).sum::<f64>() / scores.len() as f64;
        assert!(mean >= 0.985, "{part}: {mean:.4}");
    }
}
