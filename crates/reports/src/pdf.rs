//! Set pages as PDF: the fonts are embedded, text can be copied and searched,
//! no time is written into the file.
//!
//! Written on `lopdf`, which reads the library's documents already. A
//! typesetter (`typst`) compiles for minutes; `krilla` would do the same as
//! this file, but builds half of the other crates anew by the features that it
//! turns on in them.

use std::{collections::BTreeMap, fmt::Write as _, io};

use lopdf::{Document, Object, ObjectId, Stream, dictionary, text_string};
use ttf_parser::Face;

use crate::{
    drawing::{Anchor, Ink, Mark, Place},
    report::Report,
    typeset::{BOLD, Fonts, PAGE, REGULAR, pages},
};

/// Letters of one weight that are used, by glyph.
type Used = BTreeMap<u16, char>;

/// Writes the report as PDF 1.7.
pub(crate) fn write(report: &Report) -> io::Result<Vec<u8>> {
    let fonts = Fonts::new();
    let mut document = Document::with_version("1.7");
    let mut used = [Used::new(), Used::new()];
    let pages = pages(report, &fonts);
    let contents: Vec<String> = (pages.iter())
        .map(|marks| content(marks, &fonts, &mut used))
        .collect();
    let regular = font(
        &mut document,
        fonts.face(false),
        REGULAR,
        "NotoSans-Regular",
        &used[0],
    );
    let bold = font(
        &mut document,
        fonts.face(true),
        BOLD,
        "NotoSans-Bold",
        &used[1],
    );
    let resources = document.add_object(dictionary! {
        "Font" => dictionary! { "F0" => regular, "F1" => bold },
    });
    let tree = document.new_object_id();
    let kids = contents.into_iter().map(|content| {
        let content = document.add_object(Stream::new(dictionary! {}, content.into_bytes()));
        document.add_object(dictionary! {
            "Type" => "Page", "Parent" => tree, "Contents" => content, "Resources" => resources,
            "MediaBox" => vec![0.into(), 0.into(), PAGE.0.into(), PAGE.1.into()],
        })
    });
    let kids: Vec<Object> = kids.map(Object::Reference).collect();
    let n_pages = i64::try_from(kids.len()).unwrap_or(i64::MAX);
    let nodes = dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => n_pages };
    document.objects.insert(tree, nodes.into());
    let catalog = document.add_object(dictionary! {
        "Type" => "Catalog", "Pages" => tree, "Lang" => text_string(report.language.code()),
        "ViewerPreferences" => dictionary! { "DisplayDocTitle" => true },
    });
    let info = document.add_object(dictionary! {
        "Title" => text_string(&report.title), "Subject" => text_string(&report.stamp),
        "Creator" => text_string("Tri Thức"),
    });
    document.trailer.set("Root", catalog);
    document.trailer.set("Info", info);
    document.compress();
    let mut bytes = Vec::new();
    document.save_to(&mut bytes)?;
    Ok(bytes)
}

/// A font with two-byte codes that are its glyphs (ISO 32000-1, 9.7).
fn font(
    document: &mut Document,
    face: &Face<'_>,
    bytes: &[u8],
    name: &str,
    used: &Used,
) -> ObjectId {
    let em = f32::from(face.units_per_em());
    let thousandths = |units: i16| Object::Real(f32::from(units) * 1000.0 / em);
    let length = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    let file = document.add_object(Stream::new(
        dictionary! { "Length1" => length },
        bytes.to_vec(),
    ));
    let bounds = face.global_bounding_box();
    let bounds = [bounds.x_min, bounds.y_min, bounds.x_max, bounds.y_max];
    let descriptor = document.add_object(dictionary! {
        "Type" => "FontDescriptor", "FontName" => name, "Flags" => 4, "ItalicAngle" => 0,
        "FontBBox" => bounds.map(thousandths).to_vec(),
        "Ascent" => thousandths(face.ascender()), "Descent" => thousandths(face.descender()),
        "CapHeight" => thousandths(face.capital_height().unwrap_or(face.ascender())),
        "StemV" => 80, "FontFile2" => file,
    });
    let widths = used.keys().flat_map(|glyph| {
        let advance = face
            .glyph_hor_advance(ttf_parser::GlyphId(*glyph))
            .unwrap_or_default();
        let width = Object::Real(f32::from(advance) * 1000.0 / em);
        [
            Object::Integer(i64::from(*glyph)),
            Object::Array(vec![width]),
        ]
    });
    let widths: Vec<Object> = widths.collect();
    let descendant = document.add_object(dictionary! {
        "Type" => "Font", "Subtype" => "CIDFontType2", "BaseFont" => name,
        "CIDSystemInfo" => dictionary! {
            "Registry" => Object::string_literal("Adobe"),
            "Ordering" => Object::string_literal("Identity"),
            "Supplement" => 0,
        },
        "FontDescriptor" => descriptor, "W" => widths, "CIDToGIDMap" => "Identity",
    });
    let map = document.add_object(Stream::new(dictionary! {}, to_unicode(used).into_bytes()));
    document.add_object(dictionary! {
        "Type" => "Font", "Subtype" => "Type0", "BaseFont" => name, "Encoding" => "Identity-H",
        "DescendantFonts" => vec![descendant.into()], "ToUnicode" => map,
    })
}

/// The letters of the glyphs, for copying and searching (ISO 32000-1, 9.10.3):
/// blocks of at most 100.
fn to_unicode(used: &Used) -> String {
    let mut map = "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n\
                   /CMapName /Adobe-Identity-UCS def /CMapType 2 def\n\
                   1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
        .to_owned();
    let used: Vec<_> = used.iter().collect();
    for block in used.chunks(100) {
        let _ = writeln!(map, "{} beginbfchar", block.len());
        for (glyph, letter) in block {
            let mut units = [0; 2];
            let units = letter.encode_utf16(&mut units).iter();
            let code: String = units.map(|unit| format!("{unit:04X}")).collect();
            let _ = writeln!(map, "<{glyph:04X}> <{code}>");
        }
        map.push_str("endbfchar\n");
    }
    map.push_str("endcmap CMapName currentdict /CMap defineresource pop end end\n");
    map
}

fn content(marks: &[Mark], fonts: &Fonts, used: &mut [Used; 2]) -> String {
    let mut out = String::new();
    for mark in marks {
        match mark {
            Mark::Text {
                at,
                size,
                bold,
                ink,
                anchor,
                text,
            } => {
                let width = fonts.width(text, *size, *bold);
                let x = match anchor {
                    Anchor::Start => at.0,
                    Anchor::Middle => at.0 - width / 2.0,
                    Anchor::End => at.0 - width,
                };
                let weight = usize::from(*bold);
                let mut codes = String::with_capacity(4 * text.len());
                for letter in text.chars() {
                    let (glyph, _) = fonts.glyph(letter, *bold);
                    used[weight].entry(glyph).or_insert(letter);
                    let _ = write!(codes, "{glyph:04X}");
                }
                let (colour, y) = (colour(*ink), PAGE.1 - at.1);
                let _ = writeln!(
                    out,
                    "{colour} rg BT /F{weight} {size} Tf {x:.2} {y:.2} Td <{codes}> Tj ET"
                );
            }
            Mark::Line {
                points,
                width,
                ink,
                dashed,
            } => {
                let dash = if *dashed { "[4 3] 0 d" } else { "[] 0 d" };
                let (colour, path) = (colour(*ink), path(points));
                let _ = writeln!(out, "{colour} RG {width:.2} w {dash} {path}S");
            }
            Mark::Area {
                points,
                ink,
                outlined,
            } => {
                let (colour, path) = (colour(*ink), path(points));
                let _ = if *outlined {
                    writeln!(out, "{colour} RG 0.8 w [3 2] 0 d {path}s")
                } else {
                    writeln!(out, "{colour} rg {path}f")
                };
            }
        }
    }
    out
}

fn path(points: &[Place]) -> String {
    let mut path = String::new();
    for (i, (x, y)) in points.iter().enumerate() {
        let step = if i == 0 { 'm' } else { 'l' };
        let _ = write!(path, "{x:.2} {:.2} {step} ", PAGE.1 - y);
    }
    path
}

fn colour(ink: Ink) -> String {
    let parts = ink
        .rgb()
        .map(|part| format!("{:.3}", f32::from(part) / 255.0));
    parts.join(" ")
}
