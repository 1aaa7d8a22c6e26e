//! What of a record goes out of the house: everything but the places of files
//! on this machine.

use catalog::DEPOSITED;
use records::{Clearance, Record};

use crate::metadata::is_web_address;

/// The record as a caller of this clearance gets it. Staff get it whole.
pub(crate) fn public_record(mut record: Record, clearance: Clearance) -> Record {
    if clearance == Clearance::Staff {
        return record;
    }
    record.provenance.source = public_place(&record.provenance.source);
    for file in &mut record.files {
        file.location = public_place(&file.location);
    }
    record
}

/// A web address as it is; of a path only the file's name; of a deposit that it
/// is one, not whose account it came from.
pub(crate) fn public_place(place: &str) -> String {
    if is_web_address(place) {
        return place.to_owned();
    }
    if place.starts_with("deposit by ") {
        return DEPOSITED.to_owned();
    }
    place
        .rsplit(['/', '\\'])
        .next()
        .unwrap_or_default()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_this_machine_stay_at_home() {
        assert_eq!(
            public_place("/srv/secret/2024/papers.jsonl"),
            "papers.jsonl"
        );
        assert_eq!(public_place("C:\\Users\\an\\a.pdf"), "a.pdf");
        assert_eq!(public_place("https://x.vn/oai?a/b"), "https://x.vn/oai?a/b");
        assert_eq!(public_place("deposit by an"), "deposit");
    }
}
