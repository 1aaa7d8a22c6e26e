//! Workbooks that the tests write themselves.

use std::io::{Cursor, Write};

use crate::{Document, ExtractError, Limits, office::tests::zipped};

fn read(bytes: &[u8], name: &str) -> Result<Document, ExtractError> {
    crate::extract(bytes, Some(name), &Limits::default())
}

fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    let len = u16::try_from(data.len()).unwrap();
    [&kind.to_le_bytes()[..], &len.to_le_bytes(), data].concat()
}

/// A label (BIFF8): row, column, format, letters of one byte each.
fn label(row: u16, column: u16, text: &str) -> Vec<u8> {
    let n_letters = u16::try_from(text.len()).unwrap();
    let head = [row, column, 0, n_letters].map(u16::to_le_bytes).concat();
    record(0x0204, &[&head[..], &[0], text.as_bytes()].concat())
}

fn number(row: u16, column: u16, value: f64) -> Vec<u8> {
    let head = [row, column, 0].map(u16::to_le_bytes).concat();
    record(0x0203, &[&head[..], &value.to_le_bytes()].concat())
}

/// The claim of a sheet on its size: first row, row behind the last, the same
/// of the columns.
fn dimensions(rows: u32, columns: u16) -> Vec<u8> {
    let data = [
        &[0; 4][..],
        &rows.to_le_bytes(),
        &[0; 2],
        &columns.to_le_bytes(),
        &[0; 2],
    ];
    record(0x0200, &data.concat())
}

/// A workbook of one sheet with these records; `start` tells where it begins
/// when that is to be a lie.
fn xls(cells: &[Vec<u8>], start: Option<u32>) -> Vec<u8> {
    let bof = |kind: u16| {
        record(
            0x0809,
            &[0x0600, kind, 0, 0, 0, 0, 0, 0]
                .map(u16::to_le_bytes)
                .concat(),
        )
    };
    let eof = record(0x000a, &[]);
    let name = b"\x06\x00Bang 1";
    let here = u32::try_from(bof(5).len() + 4 + 6 + name.len() + eof.len()).unwrap();
    let sheet = [&start.unwrap_or(here).to_le_bytes()[..], &[0, 0], name].concat();
    let stream = [
        bof(5),
        record(0x0085, &sheet),
        eof.clone(),
        bof(16),
        cells.concat(),
        eof,
    ]
    .concat();
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    file.create_stream("Workbook")
        .unwrap()
        .write_all(&stream)
        .unwrap();
    file.into_inner().into_inner()
}

#[test]
fn a_binary_workbook_of_data() {
    let cells = [
        dimensions(3, 2),
        label(0, 0, "Tram"),
        label(0, 1, "Muc nuoc"),
        label(1, 0, "A"),
        number(1, 1, 1.5),
        label(2, 0, "B"),
        number(2, 1, 2.0),
    ];
    let document = read(&xls(&cells, None), "a.xls").unwrap();
    assert_eq!(document.text(), "Tram\tMuc nuoc\nA\t1.5\nB\t2");
    assert_eq!(document.columns[1].maximum.as_deref(), Some("2"));
    assert_eq!(document.columns[1].table.as_deref(), Some("Bang 1"));
    assert_eq!(document.sheets[0].rows, "Tram\tMuc nuoc\nA\t1.5\nB\t2\n");
}

#[test]
fn a_binary_workbook_too_large_for_small_streams() {
    let cells: Vec<Vec<u8>> = (0..1000).map(|row| label(row, 0, "mot dong")).collect();
    let document = read(&xls(&cells, None), "a.xls").unwrap();
    assert_eq!(document.text().lines().count(), 1000);
}

#[test]
fn a_size_that_a_sheet_claims_is_not_believed() {
    let cells = [dimensions(u32::MAX, u16::MAX), label(0, 0, "con")];
    assert_eq!(read(&xls(&cells, None), "a.xls").unwrap().text(), "con");
    // Columns that begin behind their end, and a claim of no length at all.
    let odd = [
        record(0x0200, &[0xff; 14]),
        record(0x0200, &[1]),
        label(0, 0, "con"),
    ];
    assert_eq!(read(&xls(&odd, None), "a.xls").unwrap().text(), "con");
}

#[test]
fn cells_far_from_all_others_are_left_out() {
    let cells = [
        label(0, 0, "gan"),
        label(65_535, 255, "xa"),
        label(1, 65_535, "ngoai"),
        label(2, 0, "day"),
    ];
    let document = read(&xls(&cells, None), "a.xls").unwrap();
    assert_eq!(document.text(), "gan\n\nday");
    assert!(document.warnings[0].contains("2 cells far from all others"));
}

#[test]
fn a_sheet_behind_the_end_of_the_file_is_named() {
    let lost = read(&xls(&[label(0, 0, "mat")], Some(u32::MAX)), "a.xls");
    assert!(matches!(lost, Err(ExtractError::NoText)), "{lost:?}");
    let cut = [label(0, 0, "con"), vec![0x04, 0x02, 0xff]];
    let document = read(&xls(&cut, None), "a.xls").unwrap();
    assert!(document.text().starts_with("con"));
}

/// The parts of a workbook with one sheet.
fn xlsx(sheet: &str) -> Vec<u8> {
    let types = r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#;
    let root = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
    let links = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;
    let book = r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Dữ liệu" sheetId="1" r:id="r1"/></sheets></workbook>"#;
    zipped(&[
        ("[Content_Types].xml", types),
        ("_rels/.rels", root),
        ("xl/_rels/workbook.xml.rels", links),
        ("xl/workbook.xml", book),
        ("xl/worksheets/sheet1.xml", sheet),
    ])
}

fn text_cell(place: &str, text: &str) -> String {
    format!(r#"<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>"#)
}

#[test]
fn a_stray_cell_in_the_last_corner_costs_nothing() {
    let sheet = format!(
        r#"<worksheet><dimension ref="A1:XFD1048576"/><sheetData><row r="1">{}{}</row><row r="2">{}<c r="B2"><v>2.5</v></c></row><row r="3">{}<c r="B3"><v>4</v></c></row><row r="1048576">{}</row></sheetData></worksheet>"#,
        text_cell("A1", "Tỉnh"),
        text_cell("B1", "Diện tích (ha)"),
        text_cell("A2", "Cà Mau"),
        text_cell("A3", "Bến Tre"),
        text_cell("XFD1048576", "x"),
    );
    let document = read(&xlsx(&sheet), "a.xlsx").unwrap();
    assert!(
        document
            .text()
            .starts_with("Tỉnh\tDiện tích (ha)\nCà Mau\t2.5\nBến Tre\t4")
    );
    assert_eq!(document.columns[1].name, "Diện tích (ha)");
    assert_eq!(document.columns[1].maximum.as_deref(), Some("4"));
    assert_eq!(document.columns.len(), 2);
}

#[test]
fn an_open_document_sheet_with_a_million_repeated_rows() {
    let content = r#"<office:document-content><office:body><office:spreadsheet><table:table table:name="Bảng">
        <table:table-row><table:table-cell office:value-type="string"><text:p>Ngày</text:p></table:table-cell><table:table-cell office:value-type="string"><text:p>Mưa &amp; nắng</text:p><office:annotation><text:p>ghi chú</text:p></office:annotation></table:table-cell></table:table-row>
        <table:table-row><table:table-cell office:value-type="date" office:date-value="2020-02-29T00:00:00"><text:p>29/02/20</text:p></table:table-cell><table:table-cell office:value-type="float" office:value="12.5"><text:p>12,5</text:p></table:table-cell></table:table-row>
        <table:table-row><table:table-cell office:value-type="date" office:date-value="2020-03-01"/><table:table-cell office:value-type="float" office:value="3"/></table:table-row>
        <table:table-row table:number-rows-repeated="4294967295"><table:table-cell table:number-columns-repeated="4294967295"/></table:table-row>
        </table:table></office:spreadsheet></office:body></office:document-content>"#;
    let kind = "application/vnd.oasis.opendocument.spreadsheet";
    let document = read(
        &zipped(&[("mimetype", kind), ("content.xml", content)]),
        "a.ods",
    )
    .unwrap();
    assert_eq!(
        document.text(),
        "Ngày\tMưa & nắng\n2020-02-29\t12.5\n2020-03-01\t3"
    );
    assert_eq!(document.columns[0].maximum.as_deref(), Some("2020-03-01"));
    assert_eq!(document.columns[1].data_type.as_deref(), Some("number"));
    let repeated = content.replace(
        r#"<table:table-cell table:number-columns-repeated="4294967295"/>"#,
        r#"<table:table-cell table:number-columns-repeated="4294967295" office:value-type="float" office:value="1"/>"#,
    );
    let bomb = zipped(&[("mimetype", kind), ("content.xml", &repeated)]);
    let limits = Limits {
        max_text_chars: 1 << 20,
        ..Limits::default()
    };
    let refused = crate::extract(&bomb, Some("a.ods"), &limits);
    assert!(matches!(refused, Err(ExtractError::TooLarge { .. })));
}
