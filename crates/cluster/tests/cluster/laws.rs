//! The laws of both seams on a real cluster: `QDRANT_URL` names one, or a
//! `qdrant` binary on the path is started; else they say that they were skipped.

use crate::nodes::Nodes;
use cluster::{QdrantSettings, QdrantVectors, QdrantWords};
use index::vectors::VectorStore;

fn settings(nodes: &Nodes, prefix: &str) -> QdrantSettings {
    QdrantSettings {
        urls: nodes.urls(),
        api_key: nodes.api_key(),
        // Of its own for each run, so that a cluster that stays is empty.
        prefix: format!("{prefix}-{}", std::process::id()),
        ..QdrantSettings::default()
    }
}

#[test]
fn words_keep_the_laws() {
    let Some(nodes) = Nodes::start(1) else { return };
    let settings = settings(&nodes, "laws");
    let store = QdrantWords::open(&settings).unwrap();
    index::testsuite::run_all(&store);
}

#[test]
fn meaning_keeps_the_laws() {
    let Some(nodes) = Nodes::start(1) else { return };
    let n_made = std::cell::Cell::new(0);
    index::vectors::testsuite::check(&|| {
        n_made.set(n_made.get() + 1);
        let settings = settings(&nodes, &format!("laws{}", n_made.get()));
        let model = index::vectors::testsuite::model();
        Box::new(QdrantVectors::open(&settings, &model).unwrap()) as Box<dyn VectorStore>
    });
}
