#!/usr/bin/env python3
"""A seventh agency that the code has never seen: one contract, one agreement, and its facts are in the view; the agreement
withdrawn, and they are gone from the next request. On both databases, through the running server."""
import csv
import os
import re
import sys

from world import Browser, Tap, World

CONTRACT = """\
apiVersion: v3.0.2
kind: DataContract
id: befriending
name: Befriending register
version: 1.0.0
status: active
description:
  purpose: Who a charity visits for company.
schema:
  - name: befriending
    physicalType: csv
    properties:
      - {name: member_no, physicalName: "Member No", description: Member number, logicalType: string, required: true, primaryKey: true}
      - {name: first, physicalName: First, description: First name, logicalType: string}
      - {name: last, physicalName: Last, description: Last name, logicalType: string, required: true}
      - {name: born, physicalName: Born, description: Born, logicalType: date, logicalTypeOptions: {format: dd/mm/yyyy}}
      - {name: postcode, physicalName: Postcode, description: Postcode, logicalType: string, quality: [{rule: postcode}]}
      - {name: volunteer, physicalName: Volunteer, description: Volunteer who visits, logicalType: string}
staithe:
  agency: {name: fenland_befrienders, title: Fenland Befrienders}
  agreement: befriending_sharing
  subject: person
  delivery: snapshot
  record_called: Befriending visits
  attributes:
    person.given_name: first
    person.family_name: last
    person.birth_date: born
    place.postcode: postcode
    service.worker: volunteer
"""

AGREEMENT = """\
agreement: befriending_sharing
title: Sharing the befriending register
between: [fenland_befrienders, norfolk_county_council, hub]
purposes: [care_assessment, linking, stewarding]
lawful_basis: UK GDPR Article 6(1)(f), legitimate interests
from: 2026-01-01
until: 2028-12-31
review: 2027-06-30
clauses:
  - {clause: "1", source: befriending, roles: [social_worker], purposes: [care_assessment], match: all, show: all, count: true}
  - {clause: "2", source: befriending, roles: [linker], purposes: [linking], match: all}
  - {clause: "3", source: befriending, roles: [data_steward], purposes: [stewarding], match: all, show: [first, last, born, postcode]}
"""


def write(path, text):
    # As an editor saves: beside, then renamed over.
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.rename(path + ".new", path)


def somebody(world):
    """A social care client with a birth date and postcode, from the extract."""
    source, path, _ = next(e for e in world.extracts() if e[0] == "adult_social_care_clients")
    with open(path, newline="", encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            if row["DOB"] and row["POSTCODE"] and row["FIRST_NAME"] and row["LAST_NAME"] and row["STATUS"] == "Open" \
                    and row["DOB"][6:] < "1995" and not row["DOD"] and row["FIRST_NAME"].isalpha() and row["LAST_NAME"].isalpha():
                return row
    raise AssertionError("the sample has no such client")


def story(tap, dialect):
    with World(dialect) as world:
        world.sample(residents=400)
        world.init()
        world.land_all()
        world.link()
        client = somebody(world)
        words = f"{client['FIRST_NAME']} {client['LAST_NAME']} {client['DOB'][6:]}"
        with world.serving() as port:
            browser = Browser(port)
            browser.sign_in("sam.social", "social_worker/care_assessment")

            def view():
                page = browser.ask("GET", "/api/v1/people?" + "q=" + words.replace(" ", "+"))
                tap.check(f"{dialect}: the client is found", browser.status == 200, page)
                person = re.search(r'"person":\s*(\d+)', page)
                return browser.ask("GET", f"/people/{person.group(1)}") if person else ""

            before = view()
            tap.check(f"{dialect}: before, the charity is not there", "Befriending" not in before, before)

            write(os.path.join(world.county, "sources", "befriending.yaml"), CONTRACT)
            write(os.path.join(world.county, "agreements", "befriending_sharing.yaml"), AGREEMENT)
            extract = os.path.join(world.folder, "befriending.csv")
            write(extract, "Member No,First,Last,Born,Postcode,Volunteer\nB1,{FIRST_NAME},{LAST_NAME},{DOB},{POSTCODE},Volunteer Wherrymoor\n"
                  .format(**client))
            landed = world.land("befriending", extract)
            tap.check(f"{dialect}: one row landed", landed["state"] == "current" and landed["rows_in"] == 1, landed)
            world.link()
            after = view()
            tap.check(f"{dialect}: its facts are in the view", "Volunteer Wherrymoor" in after and "Befriending register" in after, after)

            withdrawn = AGREEMENT.replace("review: 2027-06-30\n", "review: 2027-06-30\nwithdrawn: 2026-01-02\n")
            write(os.path.join(world.county, "agreements", "befriending_sharing.yaml"), withdrawn)
            gone = view()
            tap.check(f"{dialect}: withdrawn, they are gone from the next request", "Volunteer Wherrymoor" not in gone, gone)
            tap.check(f"{dialect}: and the page says that the source is excluded", "Befriending register" in gone, gone)


if __name__ == "__main__":
    tap = Tap()
    for dialect in ("sqlite", "postgresql"):
        tap.story(f"a seventh agency on {dialect}", story, dialect)
    sys.exit(tap.done())
