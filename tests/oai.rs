//! Harvesting by OAI-PMH against the real server.

use crate::site::{N_OPEN, SECRET, get, get_as, send};

fn oai(query: &str) -> String {
    let answer = get(format!("/oai?{query}"));
    assert_eq!(answer.status, 200, "{query}: {}", answer.body);
    assert_eq!(answer.header("content-type"), "text/xml; charset=utf-8");
    answer.body
}

/// The value of a list's token; `None` at its end.
fn token(body: &str) -> Option<&str> {
    let element = body.split("<resumptionToken").nth(1)?;
    let value = element.split_once('>')?.1.split('<').next()?;
    (!value.trim().is_empty()).then_some(value)
}

/// All pages of a list, one after the other.
fn whole(query: &str) -> String {
    let verb = query.split('&').next().unwrap();
    let mut all = oai(query);
    let mut next = token(&all).map(str::to_owned);
    while let Some(at) = next {
        let page = oai(&format!("{verb}&resumptionToken={at}"));
        assert_eq!(error_code(&page), None, "{page}");
        let body = |page: &str| page.split("</request>").nth(1).unwrap().to_owned();
        let again = oai(&format!("{verb}&resumptionToken={at}"));
        assert_eq!(body(&page), body(&again), "the same token, the same page");
        next = token(&page).map(str::to_owned);
        all.push_str(&page);
    }
    all
}

#[test]
fn a_long_list_comes_in_pages_and_ends_with_an_empty_token() {
    let first = oai("verb=ListRecords&metadataPrefix=oai_dc");
    assert_eq!(first.matches("<record>").count(), 20);
    assert!(first.contains("<resumptionToken cursor=\"0\">"));
    let all = whole("verb=ListRecords&metadataPrefix=oai_dc");
    assert_eq!(all.matches("<record>").count(), N_OPEN + 2);
    assert_eq!(all.matches("<resumptionToken cursor=\"40\"/>").count(), 1);
    let at = token(&first).unwrap();
    let other_verb = oai(&format!("verb=ListIdentifiers&resumptionToken={at}"));
    assert_eq!(error_code(&other_verb), Some("badResumptionToken"));
    let forged = format!("{}x", &at[..at.len() - 1]);
    let forged = oai(&format!("verb=ListRecords&resumptionToken={forged}"));
    assert_eq!(error_code(&forged), Some("badResumptionToken"));
}

fn error_code(body: &str) -> Option<&str> {
    body.split("<error code=\"").nth(1)?.split('"').next()
}

#[test]
fn the_library_says_who_it_is() {
    let body = oai("verb=Identify");
    for part in [
        "<baseURL>http://thu-vien.test/oai</baseURL>",
        "<protocolVersion>2.0</protocolVersion>",
        "<earliestDatestamp>2024-03-05T10:00:00Z</earliestDatestamp>",
        "<deletedRecord>persistent</deletedRecord>",
        "<granularity>YYYY-MM-DDThh:mm:ssZ</granularity>",
        "<request verb=\"Identify\">",
    ] {
        assert!(body.contains(part), "{part}: {body}");
    }
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let posted = send("POST", b"/oai", &form, "verb=Identify").body;
    assert!(posted.contains("<protocolVersion>2.0</protocolVersion>"));
    let sets = oai("verb=ListSets");
    for set in ["type:patent", "field:2", "openaire_cris_events"] {
        assert!(sets.contains(&format!("<setSpec>{set}</setSpec>")), "{set}");
    }
}

#[test]
fn every_record_comes_in_every_format_and_deletions_with_them() {
    for (prefix, mark) in [
        ("oai_dc", "<oai_dc:dc "),
        (
            "marcxml",
            "<record xmlns=\"http://www.loc.gov/MARC21/slim\">",
        ),
        ("mods", "<mods "),
        ("oai_datacite", "<payload><resource "),
        ("datacite", "<metadata>\n<resource "),
        ("oai_openaire", "<oaire:resource "),
        (
            "oai_cerif_openaire",
            " xmlns=\"https://www.openaire.eu/cerif-profile/1.2/\" id=\"",
        ),
    ] {
        let body = whole(&format!("verb=ListRecords&metadataPrefix={prefix}"));
        assert_eq!(body.matches(mark).count(), N_OPEN, "{prefix}");
        // One taken out, one withdrawn from the street.
        assert_eq!(
            body.matches("<header status=\"deleted\">").count(),
            2,
            "{prefix}"
        );
    }
}

#[test]
fn bounds_and_sets_narrow_the_harvest() {
    let n = |query: &str| {
        whole(&format!(
            "verb=ListIdentifiers&metadataPrefix=oai_dc&{query}"
        ))
        .matches("<header")
        .count()
    };
    assert_eq!(n("from=2024-03-05"), N_OPEN + 2);
    assert_eq!(
        n("from=2024-03-05T10:00:00Z&until=2024-03-05T10:00:00Z"),
        N_OPEN + 2
    );
    assert_eq!(n("until=2024-03-04"), 0);
    assert_eq!(n("from=2024-03-05T10:00:01Z"), 0);
    assert_eq!(n("set=type:patent"), 10);
    assert_eq!(n("set=openaire_cris_products"), 1);
    // The set of a record that has gone is the one in which it was.
    let old = oai("verb=ListSets");
    assert!(!old.contains(SECRET));
    let gone = oai("verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:localhost:xoa-bo");
    assert!(
        gone.contains("<header status=\"deleted\">")
            && gone.contains("<setSpec>collection:kho-cu-"),
        "{gone}"
    );
    assert!(!gone.contains("<metadata>"));
    let withdrawn = oai("verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:localhost:rut-lai");
    assert!(withdrawn.contains("status=\"deleted\"") && !withdrawn.contains(SECRET));
}

#[test]
fn every_mistake_has_its_code() {
    for (query, code) in [
        ("", "badVerb"),
        ("verb=Harvest", "badVerb"),
        ("verb=ListRecords", "badArgument"),
        (
            "verb=ListRecords&metadataPrefix=oai_dc&from=soon",
            "badArgument",
        ),
        (
            "verb=ListRecords&metadataPrefix=word",
            "cannotDisseminateFormat",
        ),
        (
            "verb=ListRecords&metadataPrefix=oai_dc&set=nothing",
            "noRecordsMatch",
        ),
        ("verb=ListRecords&resumptionToken=x", "badResumptionToken"),
        (
            "verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:localhost:khong-co",
            "idDoesNotExist",
        ),
        (
            "verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:localhost:mat",
            "idDoesNotExist",
        ),
        (
            "verb=GetRecord&metadataPrefix=oai_dc&identifier=bai-bao",
            "idDoesNotExist",
        ),
        (
            "verb=ListMetadataFormats&identifier=oai:localhost:khong-co",
            "idDoesNotExist",
        ),
    ] {
        assert_eq!(error_code(&oai(query)), Some(code), "{query}");
    }
}

#[test]
fn identifiers_lead_back_to_their_records() {
    let hostile = oai(
        "verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:localhost:la%252Fhiem%253F%2523%2525",
    );
    assert!(
        hostile.contains("&lt;script&gt;alert") && !hostile.contains("<script>"),
        "{hostile}"
    );
    let list = whole("verb=ListIdentifiers&metadataPrefix=oai_cerif_openaire");
    assert!(
        list.contains("<identifier>oai:localhost:Products/bo-du-lieu</identifier>"),
        "{list}"
    );
    let one = oai(
        "verb=GetRecord&metadataPrefix=oai_cerif_openaire&identifier=oai:localhost:Products/bo-du-lieu",
    );
    assert!(one.contains("<Product ") && one.contains("Mực nước biển"));
    let staff = get_as(
        "librarian",
        "/oai?verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:localhost:mat",
    );
    assert!(
        staff.body.contains(SECRET) && staff.body.contains("<dc:rights>restricted</dc:rights>")
    );
}
