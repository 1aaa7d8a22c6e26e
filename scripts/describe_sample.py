#!/usr/bin/env python3
"""Checks the sample collection and writes its counts into tests/sample/README.md.

`describe_sample.py` checks and prints; `--write` also replaces the part of the README between the two marks. Exit
status 1 when a check fails: a line that does not parse, an id, abstract or DOI twice, a link to no record, a DOI outside
the test prefix, a closed word that stands in another record or document too.
"""

import argparse
import collections
import json
import pathlib
import re
import sys

SAMPLE = pathlib.Path(__file__).resolve().parent.parent / "tests" / "sample"
START, END = "<!-- counts: start -->", "<!-- counts: end -->"
FIELDS = {
    "1": "natural sciences",
    "2": "engineering and technology",
    "3": "medical and health sciences",
    "4": "agricultural sciences",
    "5": "social sciences",
    "6": "humanities",
}
# Lower-case words of closed titles that may stand in no other record and no document.
CLOSED = {
    "mau-a-016": "xenotime",
    "mau-a-041": "phobert",
    "mau-a-076": "tetrapol",
    "mau-a-108": "covasin",
    "mau-a-121": "dongbacin",
    "mau-a-133": "thiocyanate",
    "mau-a-165": "aconitine",
    "mau-a-175": "geophone",
    "mau-b-030": "honeypot",
    "mau-b-073": "tamarin",
    "mau-b-092": "nibravet",
    "mau-b-140": "halcyon",
    "mau-b-155": "chapi",
}


def read_records():
    records = []
    for path in sorted(SAMPLE.glob("records-*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            try:
                records.append(json.loads(line))
            except json.JSONDecodeError as error:
                sys.exit(f"{path.name}:{number}: {error}")
    return records


def twice(values):
    return [value for value, n in collections.Counter(values).items() if n > 1]


def find_faults(records):
    ids = {record["id"] for record in records}
    yield from (f"id `{i}` stands twice" for i in twice(record["id"] for record in records))
    for lang in ("vi", "en"):
        abstracts = (record.get("abstract", {}).get(lang) for record in records)
        yield from (f"abstract stands twice: {text[:60]}" for text in twice(a for a in abstracts if a))
    yield from (f"DOI `{doi}` stands twice" for doi in twice(r["doi"] for r in records if "doi" in r))
    for record in records:
        if not record.get("doi", "10.5555/").startswith("10.5555/"):
            yield f"{record['id']}: DOI outside the test prefix"
        for link in record.get("links", []):
            if link["target"].startswith("mau-") and link["target"] not in ids:
                yield f"{record['id']}: link to `{link['target']}`, which is no record"
    yield from find_leaks(records)


def find_leaks(records):
    others = {record["id"]: json.dumps(record, ensure_ascii=False).lower() for record in records}
    others |= {path.name: path.read_text(encoding="utf-8").lower() for path in SAMPLE.glob("sources/*.md")}
    for owner, word in CLOSED.items():
        for name, text in others.items():
            if (word in text) != (name == owner):
                yield f"closed word `{word}` of {owner} and {name} do not fit"


def table(heading, counts):
    rows = [f"| {heading} | records |", "|---|---|"]
    return rows + [f"| {name} | {n} |" for name, n in counts] + [""]


def describe(records):
    count = collections.Counter
    documents = sorted(SAMPLE.glob("documents/*"))
    n_pdf = sum(path.suffix == ".pdf" for path in documents)
    size_kib = sum(path.stat().st_size for path in documents) // 1024
    lines = [f"{len(records)} records; {n_pdf} PDF and {len(documents) - n_pdf} DOCX documents, {size_kib} KiB.", ""]
    lines += table("type", count(r["type"] for r in records).most_common())
    fields = sorted(count(r.get("field", "none") for r in records).items())
    lines += table("field", [(f"{code} {FIELDS.get(code, '')}".strip(), n) for code, n in fields])
    lines += table("language", count(r["language"] for r in records).most_common())
    lines += table("access", count(r.get("access", "open") for r in records).most_common())
    years = sorted(count(r["year"] for r in records).items())
    lines += ["Per year: " + ", ".join(f"{year} {n}" for year, n in years) + ".", ""]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="replace the counts in the README")
    write = parser.parse_args().write
    records = read_records()
    faults = list(find_faults(records))
    text = describe(records)
    print(text)
    for fault in faults:
        print(fault, file=sys.stderr)
    if write:
        readme = SAMPLE / "README.md"
        old = readme.read_text(encoding="utf-8")
        pattern = re.escape(START) + ".*?" + re.escape(END)
        new = re.sub(pattern, lambda _: f"{START}\n{text}{END}", old, flags=re.S)
        readme.write_text(new, encoding="utf-8")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
