"""Other people's clients against a running library: harvesters, readers of
exchange formats. Ends with «N passed, N failed» and fails when one failed.

    python check.py http://127.0.0.1:8080
"""

import io
import json
import pathlib
import sys
import traceback
import urllib.parse
import urllib.request

import bibtexparser
import pymarc
import pyshacl
import rdflib
import rispy
from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
from citeproc.source.json import CiteProcJSON
from lxml import etree
from rdflib.compare import isomorphic
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF
from sickle import Sickle
from sickle.oaiexceptions import BadArgument, CannotDisseminateFormat, IdDoesNotExist, NoRecordsMatch

BASE = sys.argv[1].rstrip("/")
OAI = f"{BASE}/oai"


def get(path):
    with urllib.request.urlopen(BASE + path) as answer:
        return answer.read().decode("utf-8")


def total():
    return json.loads(get("/api/v1/search?limit=0"))["total"]


def export(kind):
    return get(f"/api/v1/export?format={kind}")


def sickle_harvests_every_format_whole():
    sickle = Sickle(OAI)
    prefixes = [found.metadataPrefix for found in sickle.ListMetadataFormats()]
    assert len(prefixes) >= 6, prefixes
    wanted = total()
    for prefix in prefixes:
        ids = [record.header.identifier for record in sickle.ListRecords(metadataPrefix=prefix) if not record.deleted]
        assert len(ids) == wanted == len(set(ids)), (prefix, len(ids), wanted)


def sickle_harvests_by_set_and_date():
    sickle = Sickle(OAI)
    by_set = 0
    for name in ["paper", "patent", "dataset", "thesis", "report", "task", "book", "other"]:
        try:
            found = list(sickle.ListIdentifiers(metadataPrefix="oai_dc", set=f"type:{name}"))
        except NoRecordsMatch:
            continue
        by_set += sum(not header.deleted for header in found)
    assert by_set == total(), (by_set, total())
    first = sickle.Identify().earliestDatestamp
    since = list(sickle.ListIdentifiers(**{"metadataPrefix": "oai_dc", "from": first}))
    assert len(since) >= total()
    day = list(sickle.ListIdentifiers(**{"metadataPrefix": "oai_dc", "from": first[:10]}))
    assert len(day) == len(since)
    try:
        sickle.ListRecords(**{"metadataPrefix": "oai_dc", "until": "1990-01-01"})
        raise AssertionError("an empty span has records")
    except NoRecordsMatch:
        pass


def sickle_meets_the_errors_of_the_protocol():
    sickle = Sickle(OAI)
    for error, ask in [
        (CannotDisseminateFormat, lambda: sickle.ListRecords(metadataPrefix="word")),
        (IdDoesNotExist, lambda: sickle.GetRecord(identifier="oai:localhost:khong-co", metadataPrefix="oai_dc")),
        (BadArgument, lambda: sickle.ListRecords(**{"metadataPrefix": "oai_dc", "from": "soon"})),
    ]:
        try:
            ask()
        except error:
            continue
        raise AssertionError(f"no {error.__name__}")


def a_token_sent_twice_gives_the_same_page():
    url = f"{OAI}?verb=ListRecords&metadataPrefix=oai_dc"
    tree = etree.parse(io.BytesIO(urllib.request.urlopen(url).read()))
    token = tree.findtext(".//{http://www.openarchives.org/OAI/2.0/}resumptionToken")
    assert token, "the sample has more records than one page"
    url = f"{OAI}?verb=ListRecords&resumptionToken={urllib.parse.quote(token)}"
    pages = [urllib.request.urlopen(url).read().split(b"</request>")[1] for _ in range(2)]
    assert pages[0] == pages[1]


def pymarc_reads_every_record():
    records = pymarc.parse_xml_to_array(io.StringIO(export("marcxml")))
    assert len(records) == total(), len(records)
    for record in records:
        assert record.title and record["001"].value(), record
        assert len(str(record.leader)) == 24 and len(record["008"].value()) == 40, record["001"]
        assert record.get_fields("856"), record["001"]


def rispy_reads_every_record():
    entries = rispy.loads(export("ris"))
    assert len(entries) == total(), len(entries)
    assert all(entry.get("title") and entry.get("type_of_reference") for entry in entries)


def bibtexparser_reads_every_record():
    parser = bibtexparser.bparser.BibTexParser(common_strings=True, ignore_nonstandard_types=False)
    entries = bibtexparser.loads(export("bibtex"), parser=parser).entries
    assert len(entries) == total(), len(entries)
    assert all(entry.get("title") for entry in entries)


def citeproc_cites_every_record():
    items = json.loads(export("csl"))
    assert len(items) == total(), len(items)
    source = CiteProcJSON(items)
    style = CitationStylesStyle("apa", validate=False)
    bibliography = CitationStylesBibliography(style, source, formatter.plain)
    for item in items:
        bibliography.register(Citation([CitationItem(item["id"])]))
    entries = bibliography.bibliography()
    assert len(entries) == len(items)
    assert all(str(entry).strip() for entry in entries)


def the_change_feed_rebuilds_the_library():
    mirror, since = {}, 0
    while True:
        page = json.loads(get(f"/api/v1/changes?since={since}&limit=100"))
        for change in page["changes"]:
            if change["deleted"]:
                mirror.pop(change["id"], None)
            else:
                mirror[change["id"]] = change["record"]
        since = page["up_to"]
        if page["is_last"]:
            break
    dump = [json.loads(line) for line in get("/api/v1/dump").splitlines()]
    assert set(mirror) == {record["id"] for record in dump}
    assert len(mirror) == total()
    path, listed = "/api/v1/records?limit=97", []
    while path is not None:
        page = json.loads(get(path))
        listed += [record["id"] for record in page["records"]]
        cursor = page.get("next_cursor")
        path = cursor and f"/api/v1/records?limit=97&cursor={cursor}"
    assert sorted(listed) == sorted(mirror)


def rdflib_reads_one_catalogue_in_three_forms():
    """The properties that DCAT-AP 3.0.1 makes mandatory are there."""
    forms = [("ttl", "turtle"), ("jsonld", "json-ld"), ("rdf", "xml")]
    graphs = [rdflib.Graph().parse(data=get(f"/dcat/catalog.{end}"), format=name) for end, name in forms]
    assert isomorphic(graphs[0], graphs[1]) and isomorphic(graphs[0], graphs[2])
    graph = graphs[0]
    mandatory = {
        DCAT.Catalog: [DCTERMS.title, DCTERMS.description, DCTERMS.publisher],
        DCAT.Dataset: [DCTERMS.title, DCTERMS.description],
        DCAT.Distribution: [DCAT.accessURL],
        FOAF.Agent: [FOAF.name],
    }
    for kind, properties in mandatory.items():
        things = list(graph.subjects(RDF.type, kind))
        assert things, kind
        for thing in things:
            for wanted in properties:
                assert (thing, wanted, None) in graph, (kind, thing, wanted)
    n = json.loads(get("/api/v1/search?limit=0&filter=type:dataset"))["total"]
    assert len(list(graph.subjects(RDF.type, DCAT.Dataset))) == min(n, 100)


def pyshacl_finds_what_dcat_ap_makes_mandatory():
    shapes = rdflib.Graph().parse(pathlib.Path(__file__).with_name("dcat-ap.shapes.ttl"))
    for end, name in [("ttl", "turtle"), ("jsonld", "json-ld"), ("rdf", "xml")]:
        graph = rdflib.Graph().parse(data=get(f"/dcat/catalog.{end}"), format=name)
        assert (None, RDF.type, DCAT.Dataset) in graph, end
        conforms, _, report = pyshacl.validate(graph, shacl_graph=shapes, inference="none")
        assert conforms, f"{end}: {report[:4000]}"
        # The shapes can fail: a dataset without its title does.
        for dataset in list(graph.subjects(RDF.type, DCAT.Dataset))[:1]:
            graph.remove((dataset, DCTERMS.title, None))
        assert not pyshacl.validate(graph, shacl_graph=shapes, inference="none")[0], end


def lxml_pages_through_a_search_by_sru():
    names = {"s": "http://www.loc.gov/zing/srw/"}
    ids, start = [], "1"
    while start:
        query = urllib.parse.urlencode({
            "operation": "searchRetrieve", "version": "1.2", "query": "cql.allRecords=1",
            "maximumRecords": "97", "startRecord": start, "recordSchema": "mods",
        })
        tree = etree.fromstring(get(f"/sru?{query}").encode())
        ids += tree.xpath("//s:recordIdentifier/text()", namespaces=names)
        start = tree.findtext("s:nextRecordPosition", namespaces=names)
    assert len(ids) == len(set(ids)) == total(), (len(ids), total())


CHECKS = [
    sickle_harvests_every_format_whole,
    sickle_harvests_by_set_and_date,
    sickle_meets_the_errors_of_the_protocol,
    a_token_sent_twice_gives_the_same_page,
    pymarc_reads_every_record,
    rispy_reads_every_record,
    bibtexparser_reads_every_record,
    citeproc_cites_every_record,
    the_change_feed_rebuilds_the_library,
    rdflib_reads_one_catalogue_in_three_forms,
    pyshacl_finds_what_dcat_ap_makes_mandatory,
    lxml_pages_through_a_search_by_sru,
]

failed = 0
for check in CHECKS:
    try:
        check()
        print(f"ok      {check.__name__}")
    except Exception:
        failed += 1
        print(f"FAILED  {check.__name__}")
        traceback.print_exc()
print(f"{len(CHECKS) - failed} passed, {failed} failed")
sys.exit(1 if failed else 0)
