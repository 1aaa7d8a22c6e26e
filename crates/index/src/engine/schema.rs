//! The fields of the tantivy index and the tokeniser that reads encoded
//! streams.

use tantivy::{
    schema::{
        FAST, Field, IndexRecordOption, NumericOptions, STRING, Schema, TextFieldIndexing,
        TextOptions,
    },
    tokenizer::{TextAnalyzer, Token, TokenStream, Tokenizer},
};

use crate::{FacetField, SearchField, plan::Stream, streams::Decoder};

/// Name of the tokeniser that reads what [`crate::streams`] wrote.
pub(super) const ENCODED: &str = "encoded";

/// The fields of the index.
#[derive(Debug, Clone)]
pub(super) struct Fields {
    pub(super) schema: Schema,
    pub(super) id: Field,
    pub(super) year: Field,
    pub(super) access: Field,
    pub(super) title_key: Field,
    main: Vec<Field>,
    derived: Vec<Field>,
    facets: Vec<Option<Field>>,
}

/// Names of the columns that are no facets.
pub(super) mod column {
    pub(in super::super) const ID: &str = "id";
    pub(in super::super) const YEAR: &str = "year";
    pub(in super::super) const ACCESS: &str = "access";
    pub(in super::super) const TITLE_KEY: &str = "title_key";
}

/// The name of the column that holds the values of a facet; `None` for the
/// year and the access level, which are numbers.
pub(super) fn facet_column(field: FacetField) -> Option<String> {
    match field {
        FacetField::Year | FacetField::Access => None,
        other => Some(format!("facet_{other}")),
    }
}

impl Fields {
    pub(super) fn new() -> Self {
        let mut builder = Schema::builder();
        let id = builder.add_text_field(column::ID, STRING | FAST);
        let number = || NumericOptions::default().set_fast();
        let year = builder.add_i64_field(column::YEAR, number());
        let access = builder.add_u64_field(column::ACCESS, number());
        let values = || TextOptions::default().set_fast("raw");
        let title_key = builder.add_text_field(column::TITLE_KEY, values());
        let text = |with_lengths| {
            TextOptions::default().set_indexing_options(
                TextFieldIndexing::default()
                    .set_tokenizer(ENCODED)
                    .set_fieldnorms(with_lengths)
                    .set_index_option(IndexRecordOption::WithFreqsAndPositions),
            )
        };
        let main = SearchField::ALL
            .map(|field| builder.add_text_field(&format!("text_{}", field.as_str()), text(true)));
        let derived = SearchField::ALL.map(|field| {
            builder.add_text_field(&format!("derived_{}", field.as_str()), text(false))
        });
        let facets = FacetField::ALL
            .map(|field| facet_column(field).map(|name| builder.add_text_field(&name, values())));
        Self {
            schema: builder.build(),
            id,
            year,
            access,
            title_key,
            main: main.into(),
            derived: derived.into(),
            facets: facets.into(),
        }
    }

    /// The tantivy field of one stream.
    pub(super) fn text(&self, field: SearchField, stream: Stream) -> Field {
        match stream {
            Stream::Main => self.main[field as usize],
            Stream::Derived => self.derived[field as usize],
        }
    }

    /// The tantivy field of a facet; `None` for the year and the access level.
    pub(super) fn facet(&self, field: FacetField) -> Option<Field> {
        self.facets[field as usize]
    }
}

/// The tokeniser to register under [`ENCODED`].
pub(super) fn encoded_tokenizer() -> TextAnalyzer {
    TextAnalyzer::from(EncodedTokenizer)
}

#[derive(Clone)]
struct EncodedTokenizer;

impl Tokenizer for EncodedTokenizer {
    type TokenStream<'a> = EncodedTokens<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> EncodedTokens<'a> {
        EncodedTokens {
            decoder: Decoder::new(text),
            token: Token::default(),
        }
    }
}

struct EncodedTokens<'a> {
    decoder: Decoder<'a>,
    token: Token,
}

impl TokenStream for EncodedTokens<'_> {
    fn advance(&mut self) -> bool {
        let Some((place, text)) = self.decoder.next() else {
            return false;
        };
        self.token.position = place as usize;
        self.token.text.clear();
        self.token.text.push_str(text);
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}
