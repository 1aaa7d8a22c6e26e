//! Names of people between natural order and the family-comma-given form of
//! the exchange formats.
//!
//! A Vietnamese name is family, middle, given, in this order, and its natural
//! order already starts with the family name; a Western one ends with it. So
//! `Nguyễn, Văn Đức` is `Nguyễn Văn Đức`, and `Smith, John` is `John Smith`.

/// Vietnamese family names, folded (Lê Trung Hoa, *Họ và tên người Việt Nam*,
/// lists the hundred or so that cover nearly everyone).
const VIETNAMESE_FAMILIES: &str = " an au bach ban bang banh bui ca cai cam can cao cat chau che chu chung chuong co cong cu cung cuong da dam dan dang dao dau di diec diem diep dieu dinh do doan doi don dong du duong duy gia giang giap ha hac hi ho hoa hoang hong hua huu huynh khang khieu kho khong khuat kieu kim kinh kong la lac lai lam lanh le leng leu lieu lo loc luc luong luong luu luyen ly ma mac mach mai man mang mau mong nghe nghiem ngo ngon nguy nguyen ngan nham nhu nhan ninh nong nung ong phan phi pho phong phu phung pham quach quan que quang sam sai sung ta tang tao tat thach thai tham than thang thanh thi thiet thieu tho thoi thoi ti tieu to ton tong tra tran tran trang trieu trinh truong trung tu tuan tuong u ung uong vi vien viet vo vong vu vuong vuu xa yen ";

/// Whether `family` and `given` are a Vietnamese name: a known family name and
/// only syllables that Vietnamese has.
pub(crate) fn is_vietnamese(family: &str, given: &str) -> bool {
    let mut families = family.split_whitespace();
    let is_family = families.next().is_some_and(is_vietnamese_family);
    let rest: Vec<&str> = families.chain(given.split_whitespace()).collect();
    is_family
        && (1..=4).contains(&rest.len())
        && rest.iter().all(|part| is_vietnamese_syllable(part))
}

/// Whether a name in natural order is Vietnamese.
pub(crate) fn is_vietnamese_name(name: &str) -> bool {
    name.split_once(' ')
        .is_some_and(|(family, given)| is_vietnamese(family, given))
}

fn is_vietnamese_family(word: &str) -> bool {
    let folded = text::fold(word);
    VIETNAMESE_FAMILIES
        .split(' ')
        .any(|family| !family.is_empty() && family == folded)
}

/// Initials count: `N. V. Đức`. All parts of a name are capitalised, the words
/// of an organisation's name are not (`Viện Khoa học`).
fn is_vietnamese_syllable(word: &str) -> bool {
    if word.starts_with(char::is_lowercase) {
        return false;
    }
    let bare = word.trim_end_matches('.');
    bare.chars().count() == 1
        || text::syllable::is_vietnamese(bare)
        || text::syllable::could_be_accentless_vietnamese(bare)
}

/// The natural order of a name given as family and given part.
pub(crate) fn natural_order(family: &str, given: &str) -> String {
    let (family, given) = (family.trim(), given.trim());
    let name = if is_vietnamese(family, given) {
        format!("{family} {given}")
    } else {
        format!("{given} {family}")
    };
    name.trim().to_owned()
}

/// The natural order of a name as exchange formats write it: `Family, Given`,
/// `Family, Suffix, Given`, or natural already.
pub(crate) fn from_comma_form(raw: &str) -> String {
    let parts: Vec<&str> = raw.split(',').map(str::trim).collect();
    match parts[..] {
        [family, given] if !given.is_empty() => natural_order(family, given),
        [family, suffix, given] if is_suffix(suffix) => {
            format!("{} {suffix}", natural_order(family, given))
        }
        [family, given, suffix] if is_suffix(suffix) => {
            format!("{} {suffix}", natural_order(family, given))
        }
        _ => raw.trim().trim_end_matches(',').trim_end().to_owned(),
    }
}

/// A name in parts, as exchange formats want it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NameParts<'a> {
    pub(crate) family: &'a str,
    pub(crate) given: &'a str,
    pub(crate) suffix: &'a str,
}

impl NameParts<'_> {
    /// `Family, Given`, `Family, Given, Suffix`, or the family alone.
    pub(crate) fn comma_form(&self) -> String {
        let parts = [self.family, self.given, self.suffix];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join(", ")
    }
}

/// Particles that belong to the family name.
const PARTICLES: [&str; 16] = [
    "van", "von", "de", "der", "den", "del", "della", "di", "da", "dos", "la", "le", "du", "ten",
    "ter", "bin",
];

/// Takes a name in natural order apart: the first word of a Vietnamese name is
/// the family; of any other name the last one, with its particles.
pub(crate) fn parts(name: &str) -> NameParts<'_> {
    let name = name.trim();
    if is_vietnamese_name(name) {
        let (family, given) = name.split_once(' ').unwrap_or((name, ""));
        return NameParts {
            family,
            given: given.trim(),
            suffix: "",
        };
    }
    let (name, suffix) = match name.rsplit_once(' ') {
        Some((head, last)) if is_suffix(last) => (head.trim_end_matches(',').trim(), last),
        _ => (name, ""),
    };
    let mut cut = name.rfind(' ').map_or(0, |space| space + 1);
    while let Some(before) = name[..cut].trim_end().rfind(' ') {
        if !PARTICLES.contains(&name[before + 1..cut].trim_end()) {
            break;
        }
        cut = before + 1;
    }
    NameParts {
        family: &name[cut..],
        given: name[..cut].trim_end(),
        suffix,
    }
}

fn is_suffix(word: &str) -> bool {
    matches!(
        word.trim_end_matches('.'),
        "Jr" | "Sr" | "II" | "III" | "IV"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vietnamese_names_stay_in_natural_order_both_ways() {
        for (natural, comma) in [
            ("Nguyễn Văn Đức", "Nguyễn, Văn Đức"),
            ("Trần Thị Ngọc Lan", "Trần, Thị Ngọc Lan"),
            ("Le Quang Huy", "Le, Quang Huy"),
            ("John Smith", "Smith, John"),
            ("Ludwig van Beethoven", "van Beethoven, Ludwig"),
            ("Martin Luther King Jr.", "King, Martin Luther, Jr."),
            ("Plato", "Plato"),
        ] {
            assert_eq!(parts(natural).comma_form(), comma);
            assert_eq!(from_comma_form(comma), natural);
        }
    }

    #[test]
    fn an_organisation_is_no_person() {
        for name in ["Viện Khoa học và Công nghệ", "Cao su Đồng Nai", "Lúa gạo"] {
            assert!(!is_vietnamese_name(name), "{name}");
        }
    }

    #[test]
    fn western_names_with_a_family_that_sounds_vietnamese_are_western() {
        assert_eq!(
            from_comma_form("Le, Jacques-Philippe"),
            "Jacques-Philippe Le"
        );
        assert_eq!(parts("An Nguyen").family, "An", "natural order is believed");
    }
}
