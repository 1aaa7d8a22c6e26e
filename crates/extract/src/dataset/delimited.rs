//! CSV and TSV files of data.

use encoding_rs::{Encoding, WINDOWS_1252, WINDOWS_1258};

use super::{Decimal, TableReader};
use crate::{Document, ExtractError, Limits, MediaType, plain};

/// Lines looked at to tell the separator.
const SAMPLE_LINES: usize = 50;

/// Bytes looked at to tell whether a legacy encoding is there.
const LEGACY_SAMPLE_BYTES: usize = 64 << 10;

/// Reads a table in text form.
///
/// # Errors
/// [`ExtractError::NoText`] when there are no two columns, or nothing at all;
/// [`ExtractError::Damaged`] when the quotes do not close.
pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Result<Document, ExtractError> {
    let (text, encoding) = decode(bytes);
    let text = text.trim_start_matches('\u{feff}');
    if text.trim().is_empty() {
        return Err(ExtractError::NoText);
    }
    let delimiter = delimiter(text);
    // Where numbers have commas the cells are parted by semicolons.
    let usual = match delimiter {
        b';' => Decimal::Comma,
        _ => Decimal::Point,
    };
    let mut table = TableReader::new(None, usual);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let mut row = csv::StringRecord::new();
    let damaged = |error| ExtractError::damaged(MediaType::Csv, error);
    while reader.read_record(&mut row).map_err(damaged)? {
        let cells: Vec<String> = row.iter().map(plain::one_line).collect();
        table.push(&cells);
    }
    let mut document = Document::new(MediaType::Csv);
    document.encoding = Some(encoding.name().to_ascii_lowercase());
    document.set_tables(vec![(None, table.finish())], limits)?;
    Ok(document)
}

/// As [`plain::decode`]; but a table in an old 8-bit encoding comes out as
/// windows-1252, which loses nothing in cells that are too short to be told.
fn decode(bytes: &[u8]) -> (String, &'static Encoding) {
    let (text, encoding) = plain::decode(bytes);
    if encoding != WINDOWS_1258 {
        return (text, encoding);
    }
    let latin = WINDOWS_1252.decode_without_bom_handling(bytes).0;
    let end = (0..=latin.len().min(LEGACY_SAMPLE_BYTES)).rev();
    let end = end.into_iter().find(|at| latin.is_char_boundary(*at));
    match text::repair(&latin[..end.unwrap_or(0)]).runs.is_empty() {
        true => (text, encoding),
        false => (latin.into_owned(), WINDOWS_1252),
    }
}

/// The separator that parts most lines into the same number of cells; of
/// several the one that makes most cells.
fn delimiter(text: &str) -> u8 {
    let lines = || {
        text.lines()
            .filter(|line| !line.trim().is_empty())
            .take(SAMPLE_LINES)
    };
    let agreement = |delimiter: u8| {
        let counts: Vec<usize> = lines()
            .map(|line| count_outside_quotes(line, delimiter))
            .collect();
        let mut sorted = counts.clone();
        sorted.sort_unstable();
        let usual = sorted.get(sorted.len() / 2).copied().unwrap_or(0);
        let n_agreeing = counts.iter().filter(|n| **n == usual).count();
        (usual > 0).then_some((n_agreeing, usual))
    };
    [b'|', b',', b';', b'\t']
        .into_iter()
        .filter_map(|delimiter| Some((agreement(delimiter)?, delimiter)))
        .max_by_key(|(agreement, _)| *agreement)
        .map_or(b',', |(_, delimiter)| delimiter)
}

fn count_outside_quotes(line: &str, delimiter: u8) -> usize {
    let mut is_quoted = false;
    let mut n_marks = 0;
    for byte in line.bytes() {
        is_quoted ^= byte == b'"';
        n_marks += usize::from(!is_quoted && byte == delimiter);
    }
    n_marks
}

#[cfg(test)]
mod tests {
    use records::{Lang, RecordType};

    use super::*;

    fn read(text: &[u8], name: &str) -> Document {
        crate::extract(text, Some(name), &Limits::default()).unwrap()
    }

    #[test]
    fn a_vietnamese_table_with_a_title_and_decimal_commas() {
        let text = "Số liệu quan trắc chất lượng nước sông Hương;;;\n\
                    Điểm đo;Ngày;pH;Độ mặn (‰)\n\
                    Cầu Trường Tiền;17/05/2019;7,2;0,5\n\
                    Đập Thảo Long;18/05/2019;6,95;NA\n\
                    \"Cửa Thuận An; bờ bắc\";19/05/2019;7,8;21,25\n";
        let document = read(text.as_bytes(), "nuoc.csv");
        let names: Vec<&str> = document.columns.iter().map(|c| c.name.as_str()).collect();
        assert_eq!(names, ["Điểm đo", "Ngày", "pH", "Độ mặn (‰)"]);
        let [place, day, ph, salt] = &document.columns[..] else {
            panic!("four columns");
        };
        assert_eq!(place.data_type.as_deref(), Some("text"));
        assert_eq!(place.samples[2], "Cửa Thuận An; bờ bắc");
        assert_eq!(day.maximum.as_deref(), Some("2019-05-19"));
        assert_eq!(ph.data_type.as_deref(), Some("number"));
        assert_eq!(
            (ph.minimum.as_deref(), ph.maximum.as_deref()),
            (Some("6.95"), Some("7.8"))
        );
        assert_eq!(
            (salt.maximum.as_deref(), salt.n_missing),
            (Some("21.25"), Some(1))
        );
        assert_eq!(document.n_rows, Some(3));
        assert_eq!(document.metadata.record_type, Some(RecordType::Dataset));
        let title = document.metadata.title.get(&Lang::vi()).unwrap();
        assert_eq!(title, "Số liệu quan trắc chất lượng nước sông Hương");
        assert!(document.text().contains("Đập Thảo Long\t18/05/2019"));
    }

    #[test]
    fn a_table_in_tcvn3_is_repaired_in_its_names_and_values() {
        let text = "Tên trạm,Nhiệt độ trung bình,Lượng mưa\nLáng Hạ,23.5,1680\nNam Định,24,1750\n";
        let mojibake = text::repair_support::encode(text, text::Encoding::Tcvn3);
        let bytes: Vec<u8> = mojibake
            .chars()
            .map(|c| u8::try_from(c as u32).unwrap())
            .collect();
        let document = read(&bytes, "khi-hau.csv");
        assert_eq!(document.columns[1].name, "Nhiệt độ trung bình");
        assert_eq!(document.columns[0].samples, ["Láng Hạ", "Nam Định"]);
        assert!(
            document.warnings[0].contains("tcvn3"),
            "{:?}",
            document.warnings
        );
    }

    #[test]
    fn a_long_table_gives_its_first_rows_and_the_words_of_all() {
        let mut text = "id\tloài\tkhối lượng\n".to_owned();
        for n in 0..50_000 {
            let word = if n == 49_000 {
                "Pangasianodon hypophthalmus"
            } else {
                "cá"
            };
            text.push_str(&format!("{n}\t{word}\t{n}.5\n"));
        }
        let document = read(text.as_bytes(), "ca.tsv");
        assert_eq!(document.n_rows, Some(50_000));
        assert_eq!(document.columns[2].maximum.as_deref(), Some("49999.5"));
        let body = document.text();
        assert!(body.len() < 300_000 && body.contains("Pangasianodon hypophthalmus"));
        assert!(document.warnings[0].contains("50000 rows"));
    }

    #[test]
    fn broken_tables_are_read_or_refused_with_the_reason() {
        let ragged = read(b"a,b\n1,2,3\n4\n", "x.csv");
        assert_eq!(ragged.columns.len(), 3);
        assert_eq!(ragged.columns[2].name, "#3");
        assert_eq!(ragged.columns[1].n_missing, Some(1));
        for bytes in [&b""[..], b" \n \n", b"\x00\x01\x02\x03\x04"] {
            assert!(crate::extract(bytes, Some("x.csv"), &Limits::default()).is_err());
        }
    }

    proptest::proptest! {
        #[test]
        fn no_table_panics(text in "([a-zđ0-9,.;\"\t/\n-]|.){0,80}") {
            let _ = crate::extract(text.as_bytes(), Some("x.csv"), &Limits::default());
        }
    }
}
