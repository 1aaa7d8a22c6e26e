//! Parquet files: schema, counts and extents from the footer, a few rows.

use parquet::{
    basic::{ConvertedType, LogicalType, TimeUnit, Type as Physical},
    errors::ParquetError,
    file::{
        metadata::ParquetMetaData,
        reader::{FileReader, SerializedFileReader},
        statistics::Statistics,
    },
    record::Field,
    schema::types::Type,
};
use records::Column;

use super::{Decimal, Table, TableReader, dates, values};
use crate::{Document, ExtractError, Limits, MediaType, guard::guard, plain};

/// Rows that are read: enough for samples and for the words of a small table.
const N_ROWS: usize = 1000;

/// The bytes at the start and at the end of every such file.
pub(crate) const MAGIC: &[u8] = b"PAR1";

/// Reads schema and first rows.
///
/// # Errors
/// [`ExtractError::Damaged`], encrypted files included.
pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Result<Document, ExtractError> {
    let kind = MediaType::Parquet;
    let (table, warning) = guard(kind, || table(bytes))?.map_err(|error| match bytes {
        [.., b'P', b'A', b'R', b'E'] => ExtractError::NeedsPassword,
        _ => ExtractError::damaged(kind, error),
    })?;
    let mut document = Document::new(kind);
    document.set_tables(vec![(None, table)], limits)?;
    document.warnings.extend(warning);
    Ok(document)
}

fn table(bytes: &[u8]) -> Result<(Table, Option<String>), ParquetError> {
    let file = SerializedFileReader::new(bytes::Bytes::copy_from_slice(bytes))?;
    let metadata = file.metadata();
    let fields = metadata.file_metadata().schema().get_fields();
    let names = fields.iter().map(|field| field.name().to_owned()).collect();
    let mut reader = TableReader::new(None, Decimal::Point).with_names(names);
    let mut warning = None;
    for row in file.get_row_iter(None)?.take(N_ROWS) {
        match row {
            Ok(row) => {
                let cells: Vec<String> = row
                    .get_column_iter()
                    .map(|(_, field)| cell(field))
                    .collect();
                reader.push(&cells);
            }
            Err(error) => {
                warning = Some(format!(
                    "values cannot be read ({error}); names and types are"
                ));
                break;
            }
        }
    }
    let mut table = reader.finish();
    let n_rows = u64::try_from(metadata.file_metadata().num_rows()).unwrap_or(0);
    let is_whole = warning.is_none() && n_rows <= N_ROWS as u64;
    table.is_text_cut |= !is_whole;
    table.n_rows = n_rows;
    table.is_data = true;
    for column in &mut table.columns {
        let Some(field) = fields.iter().find(|field| field.name() == column.name) else {
            continue;
        };
        column.data_type = Some(data_type(field).to_owned());
        if !is_whole {
            (column.minimum, column.maximum, column.n_missing) = (None, None, None);
        }
        set_facts(column, field, metadata);
    }
    Ok((table, warning))
}

/// The word for a type.
fn data_type(field: &Type) -> &'static str {
    if field.is_group() {
        return match field.get_basic_info().converted_type() {
            ConvertedType::LIST => "list",
            ConvertedType::MAP | ConvertedType::MAP_KEY_VALUE => "map",
            _ => "struct",
        };
    }
    match field.get_basic_info().logical_type_ref() {
        Some(LogicalType::Date) => return "date",
        Some(LogicalType::Timestamp(_)) => return "datetime",
        Some(LogicalType::Time(_)) => return "time",
        Some(LogicalType::Decimal(_)) => return "number",
        _ => {}
    }
    match field.get_physical_type() {
        Physical::BOOLEAN => "boolean",
        Physical::INT32 | Physical::INT64 => "integer",
        Physical::INT96 => "datetime",
        Physical::FLOAT | Physical::DOUBLE => "number",
        Physical::BYTE_ARRAY | Physical::FIXED_LEN_BYTE_ARRAY => "text",
    }
}

/// The extent of a column by the footer.
#[derive(Clone, Copy)]
enum Extent {
    Whole(i64, i64),
    Fraction(f64, f64),
}

impl Extent {
    fn of(statistics: &Statistics) -> Option<Self> {
        match statistics {
            Statistics::Int32(s) => Some(Self::Whole(
                i64::from(*s.min_opt()?),
                i64::from(*s.max_opt()?),
            )),
            Statistics::Int64(s) => Some(Self::Whole(*s.min_opt()?, *s.max_opt()?)),
            Statistics::Float(s) => Some(Self::Fraction(
                f64::from(*s.min_opt()?),
                f64::from(*s.max_opt()?),
            )),
            Statistics::Double(s) => Some(Self::Fraction(*s.min_opt()?, *s.max_opt()?)),
            _ => None,
        }
    }

    fn with(self, other: Self) -> Option<Self> {
        match (self, other) {
            (Self::Whole(a, b), Self::Whole(c, d)) => Some(Self::Whole(a.min(c), b.max(d))),
            (Self::Fraction(a, b), Self::Fraction(c, d)) => {
                Some(Self::Fraction(a.min(c), b.max(d)))
            }
            _ => None,
        }
    }

    /// Least and greatest as texts; `field` says what the numbers mean.
    fn shown(self, field: &Type) -> (Option<String>, Option<String>) {
        match self {
            Self::Fraction(least, greatest) => {
                (Some(values::shown(least)), Some(values::shown(greatest)))
            }
            Self::Whole(least, greatest) => (whole(least, field), whole(greatest, field)),
        }
    }
}

fn whole(value: i64, field: &Type) -> Option<String> {
    match field.get_basic_info().logical_type_ref() {
        Some(LogicalType::Date) => dates::of_day(value),
        Some(LogicalType::Timestamp(stamp)) => {
            let a_day = match stamp.unit {
                TimeUnit::MILLIS => 86_400_000,
                TimeUnit::MICROS => 86_400_000_000,
                TimeUnit::NANOS => 86_400_000_000_000,
            };
            dates::of_day(value.div_euclid(a_day))
        }
        Some(LogicalType::Integer(_)) | None => Some(value.to_string()),
        _ => None,
    }
}

/// Sets extent and gaps by the footer; nothing for nested columns, and where a
/// row group is silent.
fn set_facts(column: &mut Column, field: &Type, metadata: &ParquetMetaData) {
    let mut extent: Option<Extent> = None;
    let (mut n_missing, mut is_complete) = (Some(0_u64), true);
    for group in metadata.row_groups() {
        let mut chunks = group.columns().iter();
        let chunk = chunks.find(|chunk| chunk.column_path().parts() == [column.name.as_str()]);
        let Some(statistics) = chunk.and_then(|chunk| chunk.statistics()) else {
            return;
        };
        let nulls = statistics.null_count_opt();
        n_missing = n_missing.zip(nulls).map(|(a, b)| a.saturating_add(b));
        let here = Extent::of(statistics);
        extent = match (extent, here) {
            (None, here) => here,
            (Some(before), Some(here)) => before.with(here),
            (Some(_), None) => None,
        };
        is_complete &= here.is_some();
    }
    if let Some(extent) = extent.filter(|_| is_complete) {
        (column.minimum, column.maximum) = extent.shown(field);
    }
    if n_missing.is_some() {
        column.n_missing = n_missing.filter(|n| *n > 0);
    }
}

/// A value as text.
fn cell(field: &Field) -> String {
    match field {
        Field::Null => String::new(),
        Field::Str(text) => plain::one_line(text),
        Field::Bytes(bytes) => match std::str::from_utf8(bytes.data()) {
            Ok(text) => plain::one_line(text),
            Err(_) => String::new(),
        },
        // The library writes dates with a panic where they are out of range.
        Field::Date(day) => dates::of_day(i64::from(*day)).unwrap_or_default(),
        Field::TimestampMillis(n) => dates::of_day(n.div_euclid(86_400_000)).unwrap_or_default(),
        Field::TimestampMicros(n) => {
            dates::of_day(n.div_euclid(86_400_000_000)).unwrap_or_default()
        }
        Field::Group(row) => joined(row.get_column_iter().map(|(_, field)| field)),
        Field::ListInternal(list) => joined(list.elements().iter()),
        Field::MapInternal(map) => joined(map.entries().iter().flat_map(|(k, v)| [k, v])),
        field => field.to_string(),
    }
}

fn joined<'a>(fields: impl Iterator<Item = &'a Field>) -> String {
    let cells: Vec<String> = fields.map(cell).collect();
    cells.join("; ")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use parquet::{
        basic::{Compression, ZstdLevel},
        data_type::{ByteArray, ByteArrayType, DoubleType, Int32Type},
        file::{properties::WriterProperties, writer::SerializedFileWriter},
        schema::parser::parse_message_type,
    };
    use records::RecordType;

    use super::*;

    /// Stations with a day and a level; `n_rows` of them in each of two groups.
    fn parquet(n_rows: i32, compression: Compression) -> Vec<u8> {
        let schema = "message m { required binary tram (UTF8); optional int32 ngay (DATE); required double muc_nuoc; }";
        let schema = Arc::new(parse_message_type(schema).unwrap());
        let properties = WriterProperties::builder()
            .set_compression(compression)
            .build();
        let mut bytes = Vec::new();
        let mut file = SerializedFileWriter::new(&mut bytes, schema, Arc::new(properties)).unwrap();
        for group in 0..2 {
            let rows = group * n_rows..(group + 1) * n_rows;
            let mut writer = file.next_row_group().unwrap();
            let names: Vec<ByteArray> = rows
                .clone()
                .map(|n| format!("Trạm {n}").as_str().into())
                .collect();
            let mut column = writer.next_column().unwrap().unwrap();
            column
                .typed::<ByteArrayType>()
                .write_batch(&names, None, None)
                .unwrap();
            column.close().unwrap();
            // Every second day is not known.
            let levels: Vec<i16> = rows.clone().map(|n| i16::from(n % 2 == 0)).collect();
            let days: Vec<i32> = rows
                .clone()
                .filter(|n| n % 2 == 0)
                .map(|n| 18_000 + n)
                .collect();
            let mut column = writer.next_column().unwrap().unwrap();
            column
                .typed::<Int32Type>()
                .write_batch(&days, Some(&levels), None)
                .unwrap();
            column.close().unwrap();
            let heights: Vec<f64> = rows.map(|n| f64::from(n) / 4.0).collect();
            let mut column = writer.next_column().unwrap().unwrap();
            column
                .typed::<DoubleType>()
                .write_batch(&heights, None, None)
                .unwrap();
            column.close().unwrap();
            writer.close().unwrap();
        }
        file.close().unwrap();
        bytes
    }

    #[test]
    fn schema_extents_and_samples() {
        for compression in [
            Compression::UNCOMPRESSED,
            Compression::SNAPPY,
            Compression::ZSTD(ZstdLevel::default()),
        ] {
            let bytes = parquet(2000, compression);
            let document = crate::extract(&bytes, Some("x"), &Limits::default()).unwrap();
            assert_eq!(document.media_type, MediaType::Parquet);
            assert_eq!(document.n_rows, Some(4000));
            let [station, day, level] = &document.columns[..] else {
                panic!("three columns");
            };
            assert_eq!(station.samples[0], "Trạm 0");
            assert_eq!(day.data_type.as_deref(), Some("date"));
            assert_eq!(day.minimum.as_deref(), Some("2019-04-14"));
            assert_eq!(
                (day.maximum.as_deref(), day.n_missing),
                (Some("2030-03-25"), Some(2000))
            );
            assert_eq!(level.maximum.as_deref(), Some("999.75"));
            assert_eq!(document.metadata.record_type, Some(RecordType::Dataset));
            assert!(document.text().contains("Trạm 999\t"));
        }
    }

    #[test]
    fn damage_is_refused_with_the_reason() {
        let bytes = parquet(10, Compression::SNAPPY);
        for bad in [&bytes[..bytes.len() - 1], &bytes[..12], b"PAR1PAR1"] {
            let error = crate::extract(bad, Some("x.parquet"), &Limits::default()).unwrap_err();
            assert!(
                error.to_string().contains("truncated or damaged"),
                "{error}"
            );
        }
        // Damaged pages cost the values, not the names.
        let mut broken = bytes;
        broken[4..40].fill(0xff);
        let document = crate::extract(&broken, Some("x.parquet"), &Limits::default()).unwrap();
        assert_eq!(document.columns[2].name, "muc_nuoc");
        let said = document.warnings.join("; ");
        assert!(said.contains("values cannot be read"), "{said}");
    }
}
