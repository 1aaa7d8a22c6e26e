//! PDFs that the tests write themselves, whole and damaged.

use lopdf::{Dictionary, Document as PdfFile, Object, Stream, dictionary};
use proptest::prelude::*;

use crate::{Document, ExtractError, Limits, MediaType};

/// A file with one page for each content stream; the page's resources are
/// `resources`.
fn file(contents: &[&str], resources: Dictionary) -> PdfFile {
    let mut file = PdfFile::with_version("1.5");
    let tree = file.new_object_id();
    let resources = file.add_object(resources);
    let kids: Vec<Object> = contents
        .iter()
        .map(|content| {
            let content = file.add_object(Stream::new(dictionary! {}, content.as_bytes().to_vec()));
            let page = dictionary! {
                "Type" => "Page", "Parent" => tree, "Contents" => content, "Resources" => resources,
                "MediaBox" => vec![0.into(), 0.into(), 600.into(), 800.into()],
            };
            file.add_object(page).into()
        })
        .collect();
    let count = i64::try_from(kids.len()).unwrap();
    file.objects.insert(
        tree,
        dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count }.into(),
    );
    let catalog = file.add_object(dictionary! { "Type" => "Catalog", "Pages" => tree });
    file.trailer.set("Root", catalog);
    file
}

fn bytes(mut file: PdfFile) -> Vec<u8> {
    let mut bytes = Vec::new();
    file.save_to(&mut bytes).unwrap();
    bytes
}

fn helvetica() -> Dictionary {
    dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica", "Encoding" => "WinAnsiEncoding" }
}

fn fonts(font: Dictionary) -> Dictionary {
    dictionary! { "Font" => dictionary! { "F1" => font } }
}

fn read(contents: &[&str], resources: Dictionary) -> Result<Document, ExtractError> {
    crate::extract(&bytes(file(contents, resources)), None, &Limits::default())
}

fn text_with(content: &str, font: Dictionary) -> String {
    read(&[content], fonts(font)).unwrap().text()
}

#[test]
fn every_way_to_show_text_is_read() {
    let content = "BT /F1 12 Tf 14 TL 50 700 Td (mot) Tj ( ha) Tj (i) Tj T* [(b) -20 (a) -600 (bon)] TJ (nam) ' 1 0 (sau) \" ET";
    assert_eq!(text_with(content, helvetica()), "mot hai ba bon nam sau");
}

#[test]
fn vietnamese_by_glyph_names_without_a_map() {
    let differences = vec![
        1.into(),
        "dcroat".into(),
        "ecircumflexacute".into(),
        "uhorngrave".into(),
    ];
    let font = dictionary! {
        "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "ABCDEF+VNR10",
        "Encoding" => dictionary! { "Differences" => differences },
    };
    assert_eq!(
        text_with("BT /F1 12 Tf 50 700 Td (\\001\\002n t\\003) Tj ET", font),
        "đến từ"
    );
}

#[test]
fn a_composite_font_is_read_by_its_map() {
    let mut file = file(
        &["BT /F1 12 Tf 50 700 Td <00010002> Tj ET"],
        Dictionary::new(),
    );
    let map = b"1 begincodespacerange <0000> <FFFF> endcodespacerange 2 beginbfchar <0001> <0111> <0002> <1EAF> endbfchar";
    let map = file.add_object(Stream::new(dictionary! {}, map.to_vec()));
    let descendant =
        file.add_object(dictionary! { "Type" => "Font", "Subtype" => "CIDFontType2", "DW" => 500 });
    let font = dictionary! {
        "Type" => "Font", "Subtype" => "Type0", "Encoding" => "Identity-H",
        "DescendantFonts" => vec![descendant.into()], "ToUnicode" => map,
    };
    let page = file.page_iter().next().unwrap();
    file.get_dictionary_mut(page)
        .unwrap()
        .set("Resources", fonts(font));
    let document = crate::extract(&bytes(file), None, &Limits::default()).unwrap();
    assert_eq!(document.text(), "đắ");
}

/// A page that shows form `X`, which is `content` with the page's resources.
fn with_form(content: &str) -> PdfFile {
    let mut file = file(&["q 1 0 0 1 50 100 cm /X Do Q"], Dictionary::new());
    let dict = dictionary! { "Type" => "XObject", "Subtype" => "Form", "BBox" => vec![0.into(), 0.into(), 600.into(), 800.into()] };
    let form = file.add_object(Stream::new(dict, content.as_bytes().to_vec()));
    let mut resources = fonts(helvetica());
    resources.set("XObject", dictionary! { "X" => form });
    let page = file.page_iter().next().unwrap();
    file.get_dictionary_mut(page)
        .unwrap()
        .set("Resources", resources);
    file
}

#[test]
fn text_inside_forms_is_read_once_even_if_the_form_shows_itself() {
    let file = with_form("BT /F1 12 Tf 0 600 Td (trong bieu mau) Tj ET /X Do");
    let document = crate::extract(&bytes(file), None, &Limits::default()).unwrap();
    assert_eq!(document.text(), "trong bieu mau");
    assert!(
        document.warnings[0].contains("inside itself"),
        "{:?}",
        document.warnings
    );
}

#[test]
fn marked_headers_and_replacement_text_are_obeyed() {
    let content = "/Artifact <</Type /Pagination>> BDC BT /F1 9 Tf 50 780 Td (dau trang) Tj ET EMC
        BT /F1 12 Tf 50 700 Td (than bai ) Tj /Span <</ActualText (fi)>> BDC (xy) Tj EMC (n) Tj ET";
    let second = content.replace("than bai", "noi dung");
    let document = read(&[content, &second], fonts(helvetica())).unwrap();
    // A running head is printed once.
    assert_eq!(document.text(), "dau trang\n\nthan bai fin\n\nnoi dung fin");
}

#[test]
fn pages_without_text_layer_are_told_from_damage() {
    let outcome = read(&["0 0 100 100 re f"], Dictionary::new());
    assert!(
        matches!(outcome, Err(ExtractError::ImagesOnly { n_pages: 1 })),
        "{outcome:?}"
    );
    let outcome = crate::extract(b"%PDF-1.4\nhello", None, &Limits::default());
    assert!(
        matches!(
            outcome,
            Err(ExtractError::Damaged {
                kind: MediaType::Pdf,
                ..
            })
        ),
        "{outcome:?}"
    );
}

#[test]
fn a_file_without_its_end_is_read_as_far_as_it_goes() {
    let whole = bytes(file(
        &["BT /F1 12 Tf 50 700 Td (con day) Tj ET"],
        fonts(helvetica()),
    ));
    let xref = crate::media::find(&whole, b"startxref").unwrap();
    let document = crate::extract(&whole[..xref - 20], None, &Limits::default()).unwrap();
    assert_eq!(document.text(), "con day");
}

#[test]
fn a_bomb_costs_a_page_and_is_told() {
    let mut file = file(
        &["BT /F1 12 Tf 50 700 Td (a) Tj ET", ""],
        fonts(helvetica()),
    );
    let bomb = file.page_iter().nth(1).unwrap();
    let mut stream = Stream::new(dictionary! {}, vec![b' '; 4 << 20]);
    stream.compress().unwrap();
    let stream = file.add_object(stream);
    file.get_dictionary_mut(bomb)
        .unwrap()
        .set("Contents", stream);
    let limits = Limits {
        max_part_bytes: 1 << 20,
        ..Limits::default()
    };
    let document = crate::extract(&bytes(file), None, &limits).unwrap();
    assert_eq!((document.pages.len(), document.text().trim()), (2, "a"));
    assert!(
        document.warnings[0].starts_with("page 2"),
        "{:?}",
        document.warnings
    );
}

#[test]
fn steps_are_counted_over_forms_within_forms() {
    let file = with_form(&"BT (a) Tj ET ".repeat(1000));
    let limits = Limits {
        max_operators: 500,
        ..Limits::default()
    };
    let outcome = crate::extract(&bytes(file), None, &limits);
    assert!(outcome.is_err(), "{outcome:?}");
}

#[test]
fn a_password_is_asked_for() {
    let mut file = file(&["BT /F1 12 Tf 50 700 Td (kin) Tj ET"], fonts(helvetica()));
    let id = Object::string_literal("0123456789abcdef");
    file.trailer.set("ID", vec![id.clone(), id]);
    let version = lopdf::EncryptionVersion::V2 {
        document: &file,
        owner_password: "chu",
        user_password: "mat khau",
        key_length: 128,
        permissions: lopdf::Permissions::all(),
    };
    let state = lopdf::EncryptionState::try_from(version).unwrap();
    file.encrypt(&state).unwrap();
    let outcome = crate::extract(&bytes(file), None, &Limits::default());
    assert!(
        matches!(outcome, Err(ExtractError::NeedsPassword)),
        "{outcome:?}"
    );
}

fn seeds() -> Vec<Vec<u8>> {
    vec![
        bytes(with_form("BT /F1 12 Tf 0 600 Td [(mot) -300 (hai)] TJ ET")),
        bytes(file(
            &["BT /F1 12 Tf 50 700 Td (a\\(b) ' ET BI /W 1 ID x EI"; 3],
            fonts(helvetica()),
        )),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever the damage, reading returns.
    #[test]
    fn damaged_files_are_read_or_refused(
        which in 0..2usize,
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..20),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut data = seeds().swap_remove(which);
        for (at, byte) in edits {
            let at = at.index(data.len());
            data[at] = byte;
        }
        if let Some(cut) = cut {
            data.truncate(cut.index(data.len()));
        }
        let _ = crate::extract(&data, Some("a.pdf"), &Limits::default());
    }

    /// Content streams of any bytes run to their end.
    #[test]
    fn any_content_runs(content in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut pdf = file(&[""], fonts(helvetica()));
        let stream = pdf.add_object(Stream::new(dictionary! {}, content));
        let page = pdf.page_iter().next().unwrap();
        pdf.get_dictionary_mut(page).unwrap().set("Contents", stream);
        let _ = crate::extract(&bytes(pdf), None, &Limits::default());
    }

    /// Operators with any operands, finite or not, run to their end.
    #[test]
    fn any_operands_run(
        operations in prop::collection::vec(
            (prop::collection::vec(any::<f32>(), 0..7),
             prop::sample::select(vec!["Td", "Tm", "cm", "Tf", "Tc", "Tz", "Ts", "TL", "q", "Q", "BT", "ET", "(an) Tj", "T*"])),
            0..40,
        )
    ) {
        let mut content = "BT /F1 12 Tf 50 700 Td ".to_owned();
        for (numbers, operator) in operations {
            for number in numbers {
                content.push_str(&format!("{number} "));
            }
            content.push_str(operator);
            content.push('\n');
        }
        let _ = read(&[&content], fonts(helvetica()));
    }
}
