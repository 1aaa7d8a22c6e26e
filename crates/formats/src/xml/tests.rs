//! Each dialect by a small record, and what goes wrong with each.

use records::{AgentKind, AgentRole, Lang, Record, RecordType, Scheme};

use super::*;

fn read_all(xml: &str) -> Vec<Result<Record, String>> {
    let entries = XmlFormat.entries(Box::new(xml.as_bytes()), Limits::default());
    let parse = |entry: RawEntry| XmlFormat.parse(&entry);
    let read = entries.map(|entry| parse(entry.unwrap()));
    read.map(|read| {
        read.map(|parsed| parsed.record)
            .map_err(|error| error.to_string())
    })
    .collect()
}

fn read_one(xml: &str) -> Record {
    let mut found = read_all(xml);
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0).unwrap()
}

#[test]
fn jats_with_both_languages_and_institutions() {
    let record = read_one(
        "<article xml:lang='vi'><front><journal-meta><journal-title>Tạp chí A</journal-title><issn>1859-1531</issn>
         </journal-meta><article-meta><article-id pub-id-type='doi'>10.1/X</article-id>
         <title-group><article-title>Lúa <italic>chịu</italic> mặn<xref>*</xref></article-title>
         <trans-title-group xml:lang='en'><trans-title>Salt-tolerant rice</trans-title></trans-title-group></title-group>
         <contrib-group><contrib contrib-type='author'><name><surname>Nguyễn</surname><given-names>Văn Đức</given-names></name>
         <xref ref-type='aff' rid='a2 a1'/></contrib><contrib contrib-type='author'><name><surname>Smith</surname>
         <given-names>John</given-names></name><contrib-id>https://orcid.org/0000-0001-5000-0007</contrib-id></contrib>
         <contrib contrib-type='author'><collab>Nhóm B</collab></contrib></contrib-group>
         <aff id='a1'><label>1</label>Viện Lúa</aff><aff id='a2'>Đại học C<country country='VN'/></aff>
         <pub-date pub-type='epub'><year>2018</year></pub-date><pub-date pub-type='ppub'><month>3</month><year>2019</year></pub-date>
         <volume>5</volume><issue>2</issue><fpage>12</fpage><lpage>19</lpage>
         <abstract><p>Một.</p><p>Hai.</p></abstract><trans-abstract xml:lang='en'><p>One.</p></trans-abstract>
         <kwd-group><kwd>lúa</kwd></kwd-group><kwd-group xml:lang='en'><kwd>rice</kwd></kwd-group>
         </article-meta></front><body><sec><title>Mở đầu</title><p>Chữ.</p></sec></body><back><ref-list>
         <ref><label>1</label><element-citation><name><surname>Lê</surname><given-names>A</given-names></name><year>2001</year>
         </element-citation></ref></ref-list></back></article>",
    );
    assert_eq!(record.title.get(&Lang::vi()).unwrap(), "Lúa chịu mặn");
    assert_eq!(record.title.get(&Lang::en()).unwrap(), "Salt-tolerant rice");
    assert_eq!(record.abstract_text.get(&Lang::vi()).unwrap(), "Một.\nHai.");
    assert_eq!(record.keywords.get(&Lang::en()).unwrap(), &["rice"]);
    let names: Vec<&str> = record
        .agents
        .iter()
        .map(|agent| agent.name.as_str())
        .collect();
    assert_eq!(names, ["Nguyễn Văn Đức", "John Smith", "Nhóm B"]);
    assert_eq!(record.agents[0].affiliations, ["Đại học C", "Viện Lúa"]);
    assert_eq!(record.countries, ["VN"]);
    assert_eq!(
        record.agents[1].identifier.as_deref(),
        Some("0000-0001-5000-0007")
    );
    assert_eq!(record.agents[2].kind, AgentKind::Organisation);
    assert_eq!(
        (record.date.as_deref(), record.pages.as_deref()),
        (Some("2019-03"), Some("12-19"))
    );
    assert_eq!(record.body[0].text, "Mở đầu\nChữ.");
    assert_eq!(record.references, ["Lê A 2001"]);
}

#[test]
fn harvested_records_keep_their_names_and_deleted_ones_are_refused() {
    let found = read_all(
        "<OAI-PMH><ListRecords><record><header><identifier>oai:a:1</identifier></header><metadata>
         <oai_dc:dc><dc:title xml:lang='en'>Rice in the delta</dc:title><dc:creator>Nguyễn, Văn A</dc:creator>
         <dc:contributor>Trần B</dc:contributor><dc:date>2019-05-01</dc:date><dc:type>info:eu-repo/semantics/doctoralThesis</dc:type>
         <dc:rights>info:eu-repo/semantics/restrictedAccess</dc:rights><dc:subject>ddc:005</dc:subject>
         <dc:identifier>https://doi.org/10.1/a</dc:identifier><dc:source>ISSN 1859-1531</dc:source></oai_dc:dc></metadata></record>
         <record><header status='deleted'><identifier>oai:a:2</identifier></header></record></ListRecords></OAI-PMH>
         <OAI-PMH><error code='badArgument'>no</error></OAI-PMH>",
    );
    let record = found[0].as_ref().unwrap();
    assert_eq!(
        (record.id.as_str(), record.record_type),
        ("oai:a:1", RecordType::Thesis)
    );
    assert_eq!(record.access, records::AccessLevel::Restricted);
    assert_eq!(record.agents[1].role, AgentRole::Contributor);
    assert_eq!(record.identifier(Scheme::Issn), Some("18591531"));
    assert_eq!(record.subjects[0].scheme, "ddc");
    assert!(
        found[1]
            .as_ref()
            .unwrap_err()
            .contains("is deleted at its source")
    );
    assert!(found[2].as_ref().unwrap_err().contains("`badArgument`"));
    let bare = read_metadata(b"<dc><title>Rice</title></dc>").unwrap();
    assert_eq!(bare.record.provenance.format, "oai_dc");
}

#[test]
fn datacite_keeps_subtitles_languages_and_roles_apart() {
    let record = read_one(
        "<resource xmlns='http://datacite.org/schema/kernel-4'><identifier identifierType='DOI'>10.1/D</identifier>
         <creators><creator><creatorName nameType='Organizational'>Viện A, Hà Nội</creatorName></creator>
         <creator><creatorName>(:unav)</creatorName></creator></creators>
         <titles><title xml:lang='en' titleType='Subtitle'>a study</title><title xml:lang='vi'>Số liệu</title>
         <title xml:lang='en' titleType='TranslatedTitle'>Data</title></titles><publisher>:tba</publisher>
         <publicationYear>2020</publicationYear><resourceType resourceTypeGeneral='Dataset'>x</resourceType>
         <dates><date dateType='Collected'>2001-01-01</date><date dateType='Issued'>2020-02-03</date></dates>
         <contributors><contributor contributorType='Supervisor'><contributorName>B</contributorName></contributor></contributors>
         <descriptions><description descriptionType='Methods'>m</description><description xml:lang='vi' descriptionType='Abstract'>Tóm tắt</description></descriptions>
         </resource>",
    );
    assert_eq!(record.title.get(&Lang::vi()).unwrap(), "Số liệu");
    assert_eq!(record.title.get(&Lang::en()).unwrap(), "Data: a study");
    assert_eq!(record.agents.len(), 2);
    assert_eq!(record.agents[0].name, "Viện A, Hà Nội");
    assert_eq!(record.agents[1].role, AgentRole::Supervisor);
    assert_eq!(
        (record.publisher, record.date.as_deref()),
        (None, Some("2020-02-03"))
    );
    assert_eq!(record.abstract_text.iter().count(), 1);
}

#[test]
fn a_patent_after_st96() {
    let record = read_one(
        "<pat:PatentPublication com:languageCode='vi'><pat:BibliographicData><pat:PatentPublicationIdentification>
         <com:IPOfficeCode>VN</com:IPOfficeCode><pat:PublicationNumber>1-0023456</pat:PublicationNumber>
         <com:PatentDocumentKindCode>B</com:PatentDocumentKindCode><pat:PublicationDate>2021-03-25</pat:PublicationDate>
         </pat:PatentPublicationIdentification><pat:IPCRClassification><pat:Section>C</pat:Section><pat:Class>02</pat:Class>
         <pat:Subclass>F</pat:Subclass><pat:MainGroup>1</pat:MainGroup><pat:Subgroup>44</pat:Subgroup></pat:IPCRClassification>
         <pat:InventionTitle>Thiết bị lọc nước</pat:InventionTitle><pat:Inventor><com:LastName>Nguyễn</com:LastName>
         <com:FirstName>Văn A</com:FirstName></pat:Inventor><pat:Applicant><com:OrganizationStandardName>Viện B</com:OrganizationStandardName>
         <com:CountryCode>KR</com:CountryCode></pat:Applicant></pat:BibliographicData><pat:Abstract><com:P>Sáng chế.</com:P></pat:Abstract></pat:PatentPublication>",
    );
    assert_eq!(record.identifier(Scheme::Patent), Some("VN10023456B"));
    assert_eq!(record.countries, ["KR"], "its office is no origin");
    assert_eq!(record.subjects[0].code, "C02F 1/44");
    let people: Vec<_> = record
        .agents
        .iter()
        .map(|a| (a.name.as_str(), a.role))
        .collect();
    assert_eq!(
        people,
        [
            ("Nguyễn Văn A", AgentRole::Inventor),
            ("Viện B", AgentRole::Applicant)
        ]
    );
    assert_eq!(record.title.get(&Lang::vi()).unwrap(), "Thiết bị lọc nước");
}

#[test]
fn one_broken_record_does_not_hide_the_next_and_pages_are_told_apart() {
    let found = read_all(
        "<collection><mods><titleInfo><title>Một</mods><mods><name/></mods><mods><titleInfo><title>Hai</title></titleInfo></mods>",
    );
    assert_eq!(found.len(), 3);
    let first = found[0].as_ref().unwrap();
    assert!(
        first
            .provenance
            .remarks
            .iter()
            .any(|remark| remark.contains("2 elements were not closed"))
    );
    assert!(found[1].is_err() && found[2].is_ok());
    let error = read_all("<TEI><p/></TEI>").remove(0).unwrap_err();
    assert!(error.contains("`TEI` is no record"), "{error}");
    let latin = b"<?xml version='1.0' encoding='ISO-8859-1'?><dc><title>caf\xe9</title></dc>";
    let entry = XmlFormat
        .entries(Box::new(latin.as_slice()), Limits::default())
        .next()
        .unwrap()
        .unwrap();
    let record = XmlFormat.parse(&entry).unwrap().record;
    assert_eq!(record.title.iter().next().unwrap().1, "café");
}
