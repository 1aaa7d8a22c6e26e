//! Language by passage, for documents that print a block in one language after a block in another.

use super::{Detection, detect};
use std::ops::Range;

/// A stretch of a document in one language.
#[derive(Clone, Debug, PartialEq)]
pub struct Passage {
    /// Bytes of the original text; passages follow each other without gap and cover it all.
    pub range: Range<usize>,
    /// The language of the stretch; of its longest paragraph where several were joined.
    pub detection: Detection,
}

/// Paragraphs shorter than this many bytes join the passage before them unless they are sure of another language.
const SHORT_BYTES: usize = 20;
/// Confidence from which a short paragraph (a heading) stands alone.
const SURE: f32 = 0.8;

/// Splits a document at line ends into stretches of one language each.
///
/// The ranges cover the whole text in order; empty text has no passage. Lines that say nothing (numbers, a short
/// label) belong to the stretch before them, or at the start to the one after.
pub fn detect_passages(text: &str) -> Vec<Passage> {
    let mut passages: Vec<Passage> = Vec::new();
    let mut longest = 0;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let range = start..start + line.len();
        start = range.end;
        let detection = detect(line);
        let quiet =
            detection.lang == "und" || (line.len() < SHORT_BYTES && detection.confidence < SURE);
        match passages.last_mut() {
            Some(last) if quiet || last.detection.lang == detection.lang => {
                last.range.end = range.end;
                if !quiet && line.len() > longest {
                    longest = line.len();
                    last.detection = detection;
                }
            }
            Some(last) if last.detection.lang == "und" => {
                last.range.end = range.end;
                last.detection = detection;
                longest = line.len();
            }
            _ => {
                longest = line.len();
                passages.push(Passage { range, detection });
            }
        }
    }
    passages
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn two_abstracts_come_out_apart() {
        let text = "1\nTóm tắt: Nghiên cứu này đánh giá chất lượng nước mặt của sông Hương.\n2015\n\
                    Abstract: This study assesses the surface water quality of the Huong river.\n";
        let found: Vec<_> = detect_passages(text)
            .into_iter()
            .map(|p| (p.detection.lang, p.range))
            .collect();
        let cut = text.find("Abstract").expect("it is there");
        assert_eq!(found, [("vi", 0..cut), ("en", cut..text.len())]);
    }

    proptest! {
        #[test]
        fn passages_cover_the_text_in_order(text in "(\\PC{0,30}\n|[a-zăâơư ]{0,40}\n){0,12}") {
            let mut at = 0;
            for passage in detect_passages(&text) {
                prop_assert_eq!(passage.range.start, at);
                prop_assert!(passage.range.end > at && text.is_char_boundary(passage.range.end));
                at = passage.range.end;
            }
            prop_assert_eq!(at, text.len());
        }
    }
}
