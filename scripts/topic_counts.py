#!/usr/bin/env python3
"""Counts a year of each topic, as a file for `measure_forecasts`.

usage: topic_counts.py RECORDS.jsonl MEMBERS.jsonl FIRST_TEST_YEAR LAST_TEST_YEAR > counts.csv
       topic_counts.py RECORDS.jsonl MEMBERS.jsonl > counts.csv   (all years, for `measure_hindsight`)
RECORDS is what `trithuc topics fit` read, MEMBERS what it wrote with --json.
A series begins with the first year that has a record; topics with fewer than
six years before the test are left out.
"""
import collections
import json
import sys


def read(records, members):
    years = {}
    for line in open(records):
        record = json.loads(line)
        years[record["id"]] = int(record["year"])
    topics = collections.defaultdict(collections.Counter)
    for line in open(members):
        member = json.loads(line)
        if member["topic"] is not None:
            topics[member["topic"]][years[member["id"]]] += 1
    return years, topics


def all_years(records, members):
    years, topics = read(records, members)
    print("group,year,count")
    whole = collections.Counter(years.values())
    for group, counts in [("*", whole), *sorted(topics.items())]:
        for year, count in sorted(counts.items()):
            print(f"{group},{year},{count}")


def main(records, members, first_test, last_test):
    _, topics = read(records, members)
    print("series,part,value")
    for topic, counts in sorted(topics.items()):
        first = min(counts)
        if first_test - first < 6:
            continue
        for year in range(first, last_test + 1):
            part = "test" if year >= first_test else "train"
            print(f"{topic},{part},{counts[year]}")


if __name__ == "__main__":
    if len(sys.argv) == 3:
        sys.exit(all_years(sys.argv[1], sys.argv[2]))
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
