//! The collection of the index of words.

use index::FacetField;
use qdrant_client::qdrant::{
    CreateCollection, FieldType, PayloadIndexParams, SparseIndexConfig, SparseVectorConfig,
    SparseVectorParams, TextIndexParams, TokenizerType, payload_index_params::IndexParams,
};

use super::document::{ID_KEYS, TITLE_KEYS};
use crate::generation::Shape;

/// Tokens of our own analyser, in order, one space between two.
fn our_tokens() -> Option<PayloadIndexParams> {
    Some(PayloadIndexParams {
        index_params: Some(IndexParams::TextIndexParams(TextIndexParams {
            tokenizer: TokenizerType::Whitespace as i32,
            lowercase: Some(false),
            phrase_matching: Some(true),
            ..TextIndexParams::default()
        })),
    })
}

/// Keys and the sparse vector of the index of words.
///
/// The sparse vector has no `idf` modifier: the engine would count each shard by
/// itself. Frequencies are counted over all of them and come with the question.
pub(super) fn of_words() -> Shape {
    let mut indexes = vec![
        ("m", FieldType::Text, our_tokens()),
        ("f", FieldType::Text, our_tokens()),
    ];
    for key in ["id", "t", "x", "w", "wf", "wd"] {
        indexes.push((key, FieldType::Keyword, None));
    }
    let numbers = ["born", "dead", "yn", "yo"];
    for key in numbers.into_iter().chain(ID_KEYS).chain(TITLE_KEYS) {
        indexes.push((key, FieldType::Integer, None));
    }
    for field in FacetField::ALL {
        let field_type = match field {
            FacetField::Year => FieldType::Integer,
            _ => FieldType::Keyword,
        };
        indexes.push((field.as_str(), field_type, None));
    }
    let lexical = SparseVectorParams {
        index: Some(SparseIndexConfig::default()),
        modifier: None,
    };
    Shape {
        collection: CreateCollection {
            sparse_vectors_config: Some(SparseVectorConfig {
                map: [("lex".to_owned(), lexical)].into(),
            }),
            ..CreateCollection::default()
        },
        indexes,
    }
}
