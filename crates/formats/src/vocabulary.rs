//! The words of other vocabularies for kinds of works, parts played, access
//! and relations: COAR, info:eu-repo, DataCite, CSL, Crossref, schema.org,
//! MARC relators.

use records::{AccessLevel, AgentRole, RecordType, Relation};

/// The kind of work that a word stands for; `None` for a word that tells none
/// (`text`, `Collection`).
pub(crate) fn record_type(word: &str) -> Option<RecordType> {
    let plain = key(word);
    if let Ok(ours) = plain.parse() {
        return Some(ours);
    }
    Some(match plain.as_str() {
        "article"
        | "journalarticle"
        | "articlejournal"
        | "scholarlyarticle"
        | "researcharticle"
        | "conferencepaper"
        | "conferenceobject"
        | "proceedingsarticle"
        | "paperconference"
        | "preprint"
        | "postedcontent"
        | "review"
        | "reviewarticle"
        | "datapaper"
        | "articlemagazine"
        | "articlenewspaper"
        | "conferenceproceeding"
        | "poster"
        | "presentation"
        | "conferenceposter"
        | "medicalscholarlyarticle"
        | "journalcontribution"
        | "blogposting"
        | "postweblog"
        | "baibao"
        | "baitapchi"
        | "c6501"
        | "c5794"
        | "c2df8fbb1"
        | "c816b" => RecordType::Paper,
        "dissertation" | "doctoralthesis" | "masterthesis" | "bachelorthesis" | "phdthesis"
        | "mastersthesis" | "luanan" | "luanvan" | "khoaluan" | "c46ec" | "cdb06" | "cbdcc"
        | "c7a1f" => RecordType::Thesis,
        "technicalreport" | "reportseries" | "reportcomponent" | "workingpaper" | "reportpart"
        | "projectreport" | "baocao" | "c93fc" | "c18gh" | "c18ws" | "c8042" => RecordType::Report,
        "datasets" | "datacatalog" | "dulieu" | "bodulieu" | "cddb1" => RecordType::Dataset,
        "monograph" | "editedbook" | "referencebook" | "bookchapter" | "bookpart"
        | "booksection" | "chapter" | "booktrack" | "sach" | "c2f33" | "c3248" => RecordType::Book,
        "patentapplication" | "sangche" | "giaiphaphuuich" | "c15cd" => RecordType::Patent,
        "project" | "award" | "grant" | "researchproject" | "detai" | "nhiemvu" => RecordType::Task,
        "software"
        | "computerprogram"
        | "softwaresourcecode"
        | "image"
        | "video"
        | "audiovisual"
        | "sound"
        | "physicalobject"
        | "event"
        | "service"
        | "model"
        | "workflow"
        | "instrument"
        | "interactiveresource"
        | "film" => RecordType::Other,
        _ => return None,
    })
}

/// Letters and digits only, of the last part of an address, without accents.
fn key(word: &str) -> String {
    let last = word.trim().trim_end_matches('/');
    let last = last.rsplit(['/', '#', ':']).next().unwrap_or_default();
    text::fold(last)
        .chars()
        .filter(|c| c.is_alphanumeric())
        .collect()
}

/// The access level that a statement of rights means; `None` when it is about
/// something else.
/// **Source:** info:eu-repo access terms; COAR Access Rights 1.0.
pub(crate) fn access(raw: &str) -> Option<AccessLevel> {
    if let Ok(ours) = raw.trim().parse() {
        return Some(ours);
    }
    let plain = key(raw);
    Some(match plain.as_str() {
        "openaccess" | "cabf2" | "public" => AccessLevel::Open,
        "restrictedaccess" | "closedaccess" | "metadataonlyaccess" | "c16ec" | "c14cb"
        | "nonpublic" | "private" => AccessLevel::Restricted,
        "embargoedaccess" | "cf1cf" => AccessLevel::Embargoed,
        _ => return None,
    })
}

/// The part that a word of MARC relators, DataCite contributors, schema.org or
/// our own exports stands for.
/// **Source:** MARC Code List for Relators; DataCite 4.7 contributorType.
pub(crate) fn role(word: &str) -> Option<AgentRole> {
    let plain = key(word);
    Some(match plain.as_str() {
        "author" | "aut" | "creator" | "cre" | "jointauthor" | "dissertant" | "dis" | "tacgia" => {
            AgentRole::Author
        }
        "editor"
        | "edt"
        | "editorofcompilation"
        | "edc"
        | "bientap"
        | "chubien"
        | "ed"
        | "edited" => AgentRole::Editor,
        "inventor" | "inv" => AgentRole::Inventor,
        "applicant" | "app" | "patentholder" | "pth" | "patentapplicant" | "rightsholder"
        | "assignee" | "asg" => AgentRole::Applicant,
        "degreesupervisor" | "dgs" | "thesisadvisor" | "ths" | "advisor" | "supervisor"
        | "huongdan" | "dgc" => AgentRole::Supervisor,
        "researchteamhead" | "rth" | "projectleader" | "principalinvestigator" | "chunhiem" => {
            AgentRole::PrincipalInvestigator
        }
        "hostinstitution" | "his" | "hostinginstitution" | "leadinstitution" => {
            AgentRole::LeadInstitution
        }
        "funder" | "fnd" | "sponsor" | "spn" => AgentRole::Funder,
        "contributor" | "ctb" => AgentRole::Contributor,
        _ => return None,
    })
}

/// What a work is to another, by DataCite's and Crossref's words.
/// **Source:** DataCite 4.7 relationType.
pub(crate) fn relation(word: &str) -> Relation {
    match key(word).as_str() {
        "cites" | "references" => Relation::Cites,
        "isderivedfrom" | "isresultof" | "isoutputof" => Relation::ResultOf,
        "requires" | "isdocumentedby" | "uses" => Relation::Uses,
        "isversionof"
        | "hasversion"
        | "isnewversionof"
        | "ispreviousversionof"
        | "isvariantformof"
        | "isoriginalformof"
        | "isidenticalto"
        | "ispreprintof"
        | "haspreprint" => Relation::VersionOf,
        "istranslationof" | "hastranslation" => Relation::TranslationOf,
        "ispartof" | "ispublishedin" => Relation::PartOf,
        _ => Relation::RelatedTo,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_many_vocabularies_mean_one_thing() {
        for (word, found) in [
            ("info:eu-repo/semantics/article", Some(RecordType::Paper)),
            (
                "http://purl.org/coar/resource_type/c_db06",
                Some(RecordType::Thesis),
            ),
            ("Journal Article", Some(RecordType::Paper)),
            ("article-journal", Some(RecordType::Paper)),
            ("Luận án", Some(RecordType::Thesis)),
            ("https://schema.org/Dataset", Some(RecordType::Dataset)),
            ("thesis", Some(RecordType::Thesis)),
            (
                "http://purl.org/coar/resource_type/c_2f33",
                Some(RecordType::Book),
            ),
            ("text", None),
        ] {
            assert_eq!(record_type(word), found, "{word}");
        }
        assert_eq!(
            access("info:eu-repo/semantics/embargoedAccess"),
            Some(AccessLevel::Embargoed)
        );
        assert_eq!(access("CC-BY-4.0"), None);
        assert_eq!(role("degree supervisor"), Some(AgentRole::Supervisor));
        assert_eq!(relation("IsTranslationOf"), Relation::TranslationOf);
    }
}
