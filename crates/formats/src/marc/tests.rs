//! Records of ISO 2709 as they should be, and as they come.

use records::{AgentKind, AgentRole, Lang, RecordType, Scheme};

use super::*;

/// A record with a right directory.
fn iso2709(leader9: char, fields: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut directory, mut data) = (String::new(), Vec::new());
    for (tag, value) in fields {
        directory.push_str(&format!("{tag}{:04}{:05}", value.len() + 1, data.len()));
        data.extend_from_slice(value);
        data.push(FIELD_END);
    }
    let base = LEADER_BYTES + directory.len() + 1;
    let length = base + data.len() + 1;
    let mut record = format!("{length:05}nam {leader9}22{base:05}7i 4500{directory}").into_bytes();
    record.push(FIELD_END);
    record.extend(data);
    record.push(RECORD_END);
    record
}

fn fields() -> Vec<(&'static str, &'static [u8])> {
    vec![
        ("001", b"42"),
        ("003", b"NLV"),
        ("008", b"190101s2019    vm            000 0 vie d"),
        ("100", "0 \u{1f}aNguyễn Văn Đức,\u{1f}d1950-".as_bytes()),
        (
            "245",
            "10\u{1f}aLúa chịu mặn =\u{1f}bSalt-tolerant rice /\u{1f}cNguyễn Văn Đức.".as_bytes(),
        ),
        (
            "264",
            " 1\u{1f}aHà Nội :\u{1f}bKhoa học,\u{1f}c2019.".as_bytes(),
        ),
        ("700", "1 \u{1f}aSmith, John,\u{1f}eeditor.".as_bytes()),
        (
            "773",
            "0 \u{1f}tTạp chí A.\u{1f}gT. 5, S. 2, tr. 12-19\u{1f}x1859-1531".as_bytes(),
        ),
    ]
}

fn read_all(bytes: &[u8]) -> Vec<Result<records::Record, String>> {
    let entries = MarcFormat.entries(
        Box::new(io::BufReader::with_capacity(7, bytes)),
        Limits::default(),
    );
    let read = entries.map(|entry| MarcFormat.parse(&entry.unwrap()));
    read.map(|read| {
        read.map(|parsed| parsed.record)
            .map_err(|error| error.to_string())
    })
    .collect()
}

fn assert_is_whole(record: &records::Record) {
    assert_eq!(record.title.get(&Lang::vi()).unwrap(), "Lúa chịu mặn");
    assert_eq!(record.title.get(&Lang::en()).unwrap(), "Salt-tolerant rice");
    let people: Vec<_> = record
        .agents
        .iter()
        .map(|a| (a.name.as_str(), a.role))
        .collect();
    assert_eq!(
        people,
        [
            ("Nguyễn Văn Đức", AgentRole::Author),
            ("John Smith", AgentRole::Editor)
        ]
    );
    assert_eq!(record.agents[0].kind, AgentKind::Person);
    assert_eq!(record.year.unwrap().get(), 2019);
    assert_eq!(record.publisher.as_deref(), Some("Khoa học"));
    assert_eq!(record.venue.as_deref(), Some("Tạp chí A"));
    assert_eq!(record.pages.as_deref(), Some("12-19"));
    assert_eq!(record.identifier(Scheme::Issn), Some("18591531"));
    assert_eq!(
        (record.id.as_str(), record.record_type),
        ("NLV:42", RecordType::Paper)
    );
}

#[test]
fn a_good_record_says_all() {
    let found = read_all(&iso2709('a', &fields()));
    let record = found[0].as_ref().unwrap();
    assert_is_whole(record);
    assert!(
        !record
            .provenance
            .remarks
            .iter()
            .any(|remark| remark.contains("directory"))
    );
}

#[test]
fn wrong_lengths_leaders_and_rubbish_survive() {
    let good = iso2709('a', &fields());
    let mut wrong_directory = good.clone();
    // The length of the second field.
    wrong_directory[LEADER_BYTES + 12 + 3] = b'9';
    let mut wrong_leader = good.clone();
    wrong_leader[..5].copy_from_slice(b"99999");
    wrong_leader[12..17].copy_from_slice(b"00000");
    let mut rubbish = b"\r\n\0rubbish ".to_vec();
    rubbish.extend(&good);
    let mut all = Vec::new();
    for bytes in [&wrong_directory, &wrong_leader, &good] {
        all.extend_from_slice(bytes);
        all.extend_from_slice(b"\r\n");
    }
    all.extend(rubbish);
    let found = read_all(&all);
    assert_eq!(found.len(), 4);
    for record in &found {
        assert_is_whole(record.as_ref().unwrap());
    }
    let remarks = &found[0].as_ref().unwrap().provenance.remarks;
    assert!(
        remarks
            .iter()
            .any(|remark| remark.contains("directory are wrong")),
        "{remarks:?}"
    );
}

#[test]
fn vietnamese_of_old_computers_is_repaired() {
    let title = text_to_tcvn3(
        "10\u{1f}aNghiên cứu ảnh hưởng của xâm nhập mặn đến năng suất lúa ở đồng bằng sông Cửu Long /",
    );
    let found = read_all(&iso2709(' ', &[("245", &title)]));
    let record = found[0].as_ref().unwrap();
    let shown = record.title.get(&Lang::vi()).unwrap();
    assert_eq!(
        shown,
        "Nghiên cứu ảnh hưởng của xâm nhập mặn đến năng suất lúa ở đồng bằng sông Cửu Long"
    );
    assert!(
        record
            .provenance
            .remarks
            .iter()
            .any(|remark| remark.contains("tcvn3"))
    );
}

fn text_to_tcvn3(text: &str) -> Vec<u8> {
    let encoded = text::repair_support::encode(text, text::Encoding::Tcvn3);
    let (bytes, _, _) = encoding_rs::WINDOWS_1252.encode(&encoded);
    bytes.into_owned()
}

#[test]
fn records_of_other_kinds_and_cut_ones_say_what_they_are() {
    let holdings = iso2709('a', &[("852", b"  \x1faA")]);
    let mut holdings = holdings;
    holdings[6] = b'x';
    let error = read_all(&holdings).remove(0).unwrap_err();
    assert!(error.contains("holdings record"), "{error}");
    let cut = &iso2709('a', &fields())[..60];
    assert!(read_all(cut).remove(0).unwrap_err().contains("cut off"));
    assert!(
        read_all(b"nothing of the kind\x1d")
            .remove(0)
            .unwrap_err()
            .contains("no leader")
    );
}

proptest::proptest! {
    #[test]
    fn flipped_bytes_never_panic(flips in proptest::collection::vec((0_usize..400, proptest::num::u8::ANY), 0..20), end in 0_usize..420) {
        let mut bytes = iso2709('a', &fields());
        for (at, byte) in flips {
            let n = bytes.len();
            bytes[at % n] = byte;
        }
        bytes.truncate(end);
        read_all(&bytes);
    }
}
