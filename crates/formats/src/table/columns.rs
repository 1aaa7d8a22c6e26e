//! The names of columns in spreadsheets, Vietnamese and English.

use crate::fields::Fields;

/// Folded column name, field. `title:en` is the field in one language.
const NAMES: &[(&str, &str)] = &[
    ("id", "id"),
    ("ma", "id"),
    ("ma so", "id"),
    ("ma ban ghi", "id"),
    ("record id", "id"),
    ("title", "title"),
    ("nhan de", "title"),
    ("tieu de", "title"),
    ("ten bai bao", "title"),
    ("ten bai", "title"),
    ("ten de tai", "title"),
    ("ten nhiem vu", "title"),
    ("ten luan an", "title"),
    ("ten tai lieu", "title"),
    ("title vi", "title:vi"),
    ("ten tieng viet", "title:vi"),
    ("nhan de tieng viet", "title:vi"),
    ("title en", "title:en"),
    ("ten tieng anh", "title:en"),
    ("nhan de tieng anh", "title:en"),
    ("english title", "title:en"),
    ("abstract", "abstract"),
    ("summary", "abstract"),
    ("tom tat", "abstract"),
    ("abstract vi", "abstract:vi"),
    ("tom tat tieng viet", "abstract:vi"),
    ("abstract en", "abstract:en"),
    ("tom tat tieng anh", "abstract:en"),
    ("author", "authors"),
    ("authors", "authors"),
    ("author(s)", "authors"),
    ("tac gia", "authors"),
    ("chu nhiem", "authors"),
    ("chu nhiem de tai", "authors"),
    ("nguoi thuc hien", "authors"),
    ("year", "year"),
    ("publication year", "year"),
    ("nam", "year"),
    ("nam xuat ban", "year"),
    ("nam cong bo", "year"),
    ("nam nghiem thu", "year"),
    ("date", "date"),
    ("ngay", "date"),
    ("venue", "venue"),
    ("journal", "venue"),
    ("source title", "venue"),
    ("tap chi", "venue"),
    ("nguon", "venue"),
    ("publisher", "publisher"),
    ("nha xuat ban", "publisher"),
    ("volume", "volume"),
    ("tap", "volume"),
    ("issue", "issue"),
    ("so", "issue"),
    ("pages", "pages"),
    ("trang", "pages"),
    ("doi", "doi"),
    ("issn", "issn"),
    ("isbn", "isbn"),
    ("url", "url"),
    ("link", "url"),
    ("lien ket", "url"),
    ("keywords", "keywords"),
    ("keyword", "keywords"),
    ("author keywords", "keywords"),
    ("tu khoa", "keywords"),
    ("keywords vi", "keywords:vi"),
    ("tu khoa tieng viet", "keywords:vi"),
    ("keywords en", "keywords:en"),
    ("tu khoa tieng anh", "keywords:en"),
    ("language", "language"),
    ("ngon ngu", "language"),
    ("type", "type"),
    ("loai", "type"),
    ("loai tai lieu", "type"),
    ("text", "text"),
    ("toan van", "text"),
    ("field", "field"),
    ("linh vuc", "field"),
    ("institution", "institutions"),
    ("institutions", "institutions"),
    ("affiliations", "institutions"),
    ("co quan", "institutions"),
    ("co quan chu tri", "institutions"),
    ("don vi", "institutions"),
    ("province", "province"),
    ("tinh", "province"),
    ("tinh thanh", "province"),
    ("country", "countries"),
    ("countries", "countries"),
    ("nuoc", "countries"),
    ("quoc gia", "countries"),
    ("collections", "collections"),
    ("collection", "collections"),
    ("bo suu tap", "collections"),
    ("access", "access"),
    ("muc truy cap", "access"),
    ("licence", "licence"),
    ("license", "licence"),
    ("giay phep", "licence"),
];

fn field(name: &str) -> Option<&'static str> {
    let folded = text::fold(name.trim()).replace(['_', '-'], " ");
    let known = NAMES.iter().find(|(known, _)| *known == folded);
    known.map(|(_, field)| *field)
}

pub(super) fn is_known(name: &str) -> bool {
    field(name).is_some()
}

pub(super) fn is_title(name: &str) -> bool {
    field(name).is_some_and(|field| field.starts_with("title"))
}

/// Sets the field that a column stands for; columns without a known name are
/// passed over.
pub(super) fn set(fields: &mut Fields, name: &str, value: &str) {
    let Some(field) = field(name) else { return };
    if value.is_empty() {
        return;
    }
    match field.split_once(':') {
        Some((field, lang)) => fields.set_in_language(field, lang, value),
        None if matches!(field, "institutions" | "countries" | "collections") => {
            for item in value.split(';').map(str::trim).filter(|i| !i.is_empty()) {
                fields.push(field, item);
            }
        }
        None if field == "type" => fields.set(field, type_word(value)),
        None if field == "access" => fields.set(field, value.to_lowercase()),
        None => fields.set(field, value),
    }
}

/// Vietnamese words for the types; anything else as it stands.
pub(super) fn type_word(value: &str) -> String {
    let word = match text::fold(value).as_str() {
        "bai bao" | "bai bao khoa hoc" | "article" | "journal article" => "paper",
        "sang che" | "giai phap huu ich" => "patent",
        "bo du lieu" | "du lieu" => "dataset",
        "luan an" | "luan van" => "thesis",
        "bao cao" => "report",
        "de tai" | "nhiem vu" | "du an" => "task",
        "sach" => "book",
        _ => value,
    };
    word.to_owned()
}
