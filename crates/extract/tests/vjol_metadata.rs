//! Titles, authors and leads of real magazine articles, against a truth made by
//! reading them.

#[path = "../examples/measure_metadata/judge.rs"]
mod judge;

use std::path::PathBuf;

#[test]
fn real_articles_say_who_wrote_what() {
    let data = std::env::var_os("TRITHUC_TEST_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        PathBuf::from,
    );
    let folder = data.join("pdf/vjol");
    if !folder.is_dir() {
        eprintln!(
            "SKIPPED: {} is not there; real articles were not read",
            folder.display()
        );
        return;
    }
    let scores = judge::judge_all(include_str!("truth/vjol.jsonl"), &folder);
    for (field, least) in [("title", 0.95), ("authors", 0.93), ("abstract", 0.9)] {
        let share = scores[field].share();
        assert!(share >= least, "{field}: {share:.3}, less than {least}");
    }
}
