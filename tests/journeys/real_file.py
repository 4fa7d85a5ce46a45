#!/usr/bin/env python3
"""The real file of 50,578 records of historical people, with real errors, landed under a contract as an extract would be, linked, and opened."""
import csv
import datetime
import os
import re
import sys
import time

from seventh_agency import write
from world import Browser, Tap, World, shared_data

CONTRACT = """\
apiVersion: v3.0.2
kind: DataContract
id: historical_figures
name: Historical figures
version: 1.0.0
status: active
description: {purpose: A real file with real errors.}
schema:
  - name: historical_figures
    physicalType: csv
    properties:
      - {name: unique_id, description: Record, logicalType: string, required: true, primaryKey: true}
      - {name: cluster, description: Label, logicalType: string}
      - {name: full_name, description: Full name, logicalType: string, logicalTypeOptions: {maxLength: 300}}
      - {name: first_and_surname, description: First and last name, logicalType: string, logicalTypeOptions: {maxLength: 300}}
      - {name: first_name, description: First name, logicalType: string, logicalTypeOptions: {maxLength: 200}}
      - {name: surname, description: Surname, logicalType: string, logicalTypeOptions: {maxLength: 200}}
      - {name: dob, description: Born, logicalType: date, logicalTypeOptions: {format: yyyy-mm-dd}}
      - {name: birth_place, description: Birth place, logicalType: string, logicalTypeOptions: {maxLength: 300}}
      - {name: postcode_fake, description: Postcode, logicalType: string}
      - {name: gender, description: Gender, logicalType: string}
      - {name: occupation, description: Occupation, logicalType: string, logicalTypeOptions: {maxLength: 200}}
staithe:
  agency: norfolk_county_council
  agreement: historical_sharing
  subject: person
  delivery: snapshot
  record_called: Biography
  attributes:
    person.given_name: first_name
    person.family_name: surname
    person.birth_date: dob
    person.sex: gender
    place.town: birth_place
    place.postcode: postcode_fake
"""

AGREEMENT = """\
agreement: historical_sharing
title: Sharing the historical figures
between: [norfolk_county_council, hub]
purposes: [care_assessment, linking, stewarding]
lawful_basis: Nobody in it is alive
from: 2026-01-01
until: 2028-12-31
review: 2027-06-30
clauses:
  - {clause: "1", source: historical_figures, roles: [social_worker], purposes: [care_assessment], match: all, show: all}
  - {clause: "2", source: historical_figures, roles: [linker], purposes: [linking], match: all}
"""


def impossible_dates(path):
    count = 0
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            try:
                if row["dob"]:
                    datetime.date.fromisoformat(row["dob"])
            except ValueError:
                count += 1
    return count


def story(tap):
    path = shared_data("linkage", "historical_figures_with_errors_50k.csv")
    with World("sqlite") as world:
        write(os.path.join(world.county, "sources", "historical_figures.yaml"), CONTRACT)
        write(os.path.join(world.county, "agreements", "historical_sharing.yaml"), AGREEMENT)
        world.init()
        landed = world.land("historical_figures", path)
        tap.note(landed)
        tap.check("all 50,578 rows are accounted for",
                  landed["rows_in"] == 50578 == sum(landed[k] for k in ("new", "changed", "unchanged", "quarantined", "repeats")), landed)
        bad = impossible_dates(path)
        tap.check(f"the {bad:,} rows with dates that are none (a thirteenth month, cut off before our era) are in quarantine, the rest is there",
                  bad > 0 and landed["quarantined"] == bad and landed["new"] == 50578 - bad, landed)
        started = time.monotonic()
        linked = world.link()
        tap.note(f"linked in {time.monotonic() - started:.1f} s with sanitizers: {linked}")
        tap.check("they are linked", linked["records"] == landed["new"] and linked["links"] > 10000, linked)
        with world.serving() as port:
            browser = Browser(port)
            browser.sign_in("sam.social", "social_worker/care_assessment")
            page = browser.ask("GET", "/api/v1/people?q=thomas+chudleigh+1630")
            person = re.search(r'"person":\s*(\d+)', page)
            tap.check("a figure is found", bool(person), page)
            view = browser.ask("GET", f"/people/{person.group(1)}")
            tap.check("and opened with the line of the file as evidence", browser.status == 200 and "Historical figures" in view
                      and "historical_figures_with_errors_50k.csv" in view, view)


if __name__ == "__main__":
    tap = Tap()
    tap.story("the real file of 50,578 records", story)
    sys.exit(tap.done())
