//! The laws of [`Embedder`], on a small encoder always and on the real one
//! where its weights are.

use std::path::PathBuf;

use super::*;
use crate::card::CARD_FILE;

/// A folder with a model of one layer.
pub(crate) fn small_model() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let bytes = crate::e5s1::sample();
    let card = format!(
        "id = \"small\"\nformat = \"e5s1\"\ndim = 32\nmax_tokens = 16\npooling = \"mean\"\n\
         [[files]]\nname = \"w.bin\"\nn_bytes = {}\nsha256 = \"0123456789abcdef\"\n",
        bytes.len()
    );
    std::fs::write(folder.path().join("w.bin"), bytes).unwrap();
    std::fs::write(folder.path().join(CARD_FILE), card).unwrap();
    folder
}

/// The default model's folder: `$TRITHUC_MODEL`, or `models/weights` of the
/// repository. Says loudly when there is none.
pub(crate) fn real_folder() -> Option<PathBuf> {
    let default = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../models/weights/multilingual-e5-small"
    );
    let folder = std::env::var_os("TRITHUC_MODEL").map_or_else(|| default.into(), PathBuf::from);
    if folder.join(CARD_FILE).exists() {
        return Some(folder);
    }
    eprintln!(
        "SKIPPED: no embedding model in `{}`; run `trithuc model fetch` or set TRITHUC_MODEL",
        folder.display()
    );
    None
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

pub(crate) const TEXTS: [&str; 6] = [
    "Nghiên cứu chọn tạo giống lúa chịu mặn cho đồng bằng sông Cửu Long",
    "lúa",
    "Breeding salt-tolerant rice varieties for the Mekong delta",
    "Ứng dụng mạng nơ-ron tích chập trong phát hiện tổn thương phổi trên ảnh chụp cắt lớp",
    "Рис, устойчивый к засолению",
    "COVID-19, CO₂ và α-amylase: 12,5 % (p < 0,05)",
];

fn check_laws(model: &Model) {
    let together = model.embed(&TEXTS, TextRole::Passage).unwrap();
    for (text, vector) in TEXTS.iter().zip(&together) {
        assert_eq!(vector.len(), model.dim());
        assert!((dot(vector, vector) - 1.0).abs() < 1e-5);
        let alone = model.embed(&[text], TextRole::Passage).unwrap();
        let cosine = dot(&alone[0], vector);
        assert!(
            cosine > 0.999_999,
            "{text}: alone and together differ, {cosine}"
        );
        let decomposed: String = unicode_normalization::UnicodeNormalization::nfd(*text).collect();
        assert_eq!(
            model.embed(&[&decomposed], TextRole::Passage).unwrap(),
            alone
        );
    }
    let error = model
        .embed(&["a", " <mask> "], TextRole::Query)
        .unwrap_err();
    assert!(matches!(error, EmbedError::Empty { index: 1 }));
    assert!(model.embed(&[], TextRole::Query).unwrap().is_empty());
    let long = "a b ".repeat(5_000);
    assert!(model.n_tokens(&long, TextRole::Query) > model.max_tokens());
    assert_eq!(model.embed(&[&long], TextRole::Query).unwrap().len(), 1);
}

#[test]
fn laws_hold_for_a_small_encoder() {
    let folder = small_model();
    for precision in [Precision::Int8, Precision::F32] {
        check_laws(&Model::open(folder.path(), Some(precision)).unwrap());
    }
}

#[test]
fn a_cut_off_file_is_refused_with_the_cure() {
    let folder = small_model();
    let path = folder.path().join("w.bin");
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
    let message = Model::open(folder.path(), None).unwrap_err().to_string();
    assert!(message.contains("trithuc model fetch"), "{message}");
}

#[test]
fn precision_and_weights_are_in_the_name() {
    let folder = small_model();
    let int8 = Model::open(folder.path(), None).unwrap();
    let floats = Model::open(folder.path(), Some(Precision::F32)).unwrap();
    assert_eq!(int8.model_id(), "small/0123456789ab/int8/2");
    assert_ne!(int8.model_id(), floats.model_id());
}

#[test]
fn laws_hold_for_the_default_model() {
    if let Some(folder) = real_folder() {
        check_laws(&Model::open(&folder, None).unwrap());
    }
}

#[test]
fn integers_are_near_floats_on_the_default_model() {
    let Some(folder) = real_folder() else { return };
    let int8 = Model::open(&folder, Some(Precision::Int8)).unwrap();
    let floats = Model::open(&folder, Some(Precision::F32)).unwrap();
    for role in [TextRole::Query, TextRole::Passage] {
        let pairs = int8
            .embed(&TEXTS, role)
            .unwrap()
            .into_iter()
            .zip(floats.embed(&TEXTS, role).unwrap());
        for ((a, b), text) in pairs.zip(TEXTS) {
            let cosine = dot(&a, &b);
            println!("cosine of int8 to f32: {cosine:.6}  {text}");
            assert!(cosine >= 0.995, "{text}: {cosine}");
        }
    }
}

#[test]
fn the_default_model_knows_what_is_about_the_same_thing() {
    let Some(folder) = real_folder() else { return };
    let model = Model::open(&folder, None).unwrap();
    let query = model
        .embed(&["giống lúa chịu mặn"], TextRole::Query)
        .unwrap();
    let passages = model.embed(&TEXTS, TextRole::Passage).unwrap();
    let scores: Vec<f32> = passages
        .iter()
        .map(|passage| dot(&query[0], passage))
        .collect();
    for other in [3, 5] {
        // The fifth has no accents: that it is far is why queries are restored.
        for rice in [0, 2] {
            assert!(scores[rice] > scores[other], "{rice} {other}: {scores:?}");
        }
    }
}

/// What an independent implementation made of the same weights, see
/// `fixtures/reference.py`.
#[derive(serde::Deserialize)]
struct Reference {
    role: String,
    text: String,
    ids: Vec<u32>,
    vector: Vec<f32>,
}

#[test]
fn tokens_and_vectors_are_those_of_an_independent_implementation() {
    let Some(folder) = real_folder() else { return };
    let rows: Vec<Reference> =
        serde_json::from_str(include_str!("../../fixtures/reference.json")).unwrap();
    for (precision, least) in [(Precision::F32, 0.9999), (Precision::Int8, 0.995)] {
        let model = Model::open(&folder, Some(precision)).unwrap();
        for row in &rows {
            let role = if row.role == "query" {
                TextRole::Query
            } else {
                TextRole::Passage
            };
            assert_eq!(
                model.encode_all(&[&row.text], role).unwrap()[0],
                row.ids,
                "{}",
                row.text
            );
            assert_eq!(model.n_tokens(&row.text, role), row.ids.len());
            let cosine = dot(&model.embed(&[&row.text], role).unwrap()[0], &row.vector);
            println!(
                "{}: cosine to the reference {cosine:.6}  {}",
                precision.name(),
                row.text
            );
            assert!(cosine >= least, "{}: {cosine}", row.text);
        }
    }
}
