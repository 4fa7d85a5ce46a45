#!/usr/bin/env python3
"""The story of the hub in a real browser: a sample county, eight people's work in it, and the audit held against what they did.

journey.mjs tells it (Chromium by playwright-core, accessibility by axe-core); this makes the county, chooses whom the story is
about, and compares. The whole story on SQLite, its core on PostgreSQL. JOURNEY_PICTURES=FOLDER keeps a picture of each page."""
import collections
import csv
import json
import os
import re
import shutil
import subprocess
import sys
import urllib.parse

from world import PASSWORD, ROOT, Browser, Failed, Missing, Tap, World

HERE = os.path.dirname(os.path.abspath(__file__))

# What the agreement fire_prevention withholds of these sources, in the words of their contracts.
NEVER_FIRE = [f"Adult social care clients: {title}" for title in
              ("Primary support reason", "NHS number, as stated", "Ethnicity", "Care and support", "Carer or next of kin", "Key worker", "Team")] + \
             [f"GP list: {title}" for title in ("NHS number", "Practice")] + \
             [f"Police vulnerability notices: {title}" for title in ("Narrative", "Vulnerability", "Risk")]

# The audit's action for each request that reads about people; a request that is not here reads nothing about anybody.
READS = {
    "GET /find": ["search"], "GET /people/{id}": ["view"], "GET /people/{id}/why": ["why"], "GET /people/{id}/concern": ["view"],
    "GET /people/{id}/split": ["view"], "GET /records/{id}": ["record"], "GET /homes/{uprn}": ["home"], "GET /doubts": ["doubts"],
    "GET /doubts/{a}/{b}": ["doubt", "why"], "GET /concerns": ["concerns"],
}


def browser_program():
    for name in ("chromium", "chromium-browser"):
        if shutil.which(name):
            return shutil.which(name)
    raise Missing("no chromium is installed (package chromium)")


def modules():
    for name in ("playwright-core", "axe-core"):
        if not os.path.isdir(os.path.join(ROOT, "node_modules", name)):
            raise Missing(f"the node package {name} is not there (tools/setup.sh node fetches it)")
    if not shutil.which("node"):
        raise Missing("node is not installed")


def misspelt(name):
    """Two letters swapped in the middle, as a hurried hand does."""
    middle = len(name) // 2
    return name[:middle - 1] + name[middle] + name[middle - 1] + name[middle + 1:]


def ask(browser, path, **query):
    return json.loads(browser.ask("GET", path + ("?" + urllib.parse.urlencode(query) if query else "")))


def choose(port):
    """Somebody on the fire service's list whom the police know too: for the social worker, the fire officer and the contact centre,
    the number that each of them sees."""
    fire, social, contact = Browser(port), Browser(port), Browser(port)
    fire.sign_in("fiona.fire", "fire_safety_officer/fire_prevention")
    social.sign_in("sam.social", "social_worker/care_assessment")
    contact.sign_in("connie.contact", "contact_officer/customer_contact")
    for on_list in ask(fire, "/api/v1/lists/home_fire_safety_visits")["people"]:
        view = ask(fire, f"/api/v1/people/{on_list['person']}")
        records = {r["evidence"]["source"]: r for r in view["records"]}
        if "police_vulnerability_notices" not in records or "adult_social_care_clients" not in records:
            continue
        care = records["adult_social_care_clients"]
        said = {f["column"]: f["value"] for f in care["fields"]}
        if not all(said.get(c, "").strip() for c in ("first_name", "last_name", "date_of_birth", "postcode")) or min(
                len(said["first_name"]), len(said["last_name"])) < 5:
            continue
        words = f"{said['first_name']} {said['last_name']}"
        seen = [h["person"] for h in ask(social, "/api/v1/people", q=words + " " + said["date_of_birth"][-4:])["hits"] if "person" in h]
        of_social = [p for p in seen if any(r["evidence"]["record"] == care["evidence"]["record"]
                                            for r in ask(social, f"/api/v1/people/{p}")["records"])]
        of_contact = [h["person"] for h in ask(contact, "/api/v1/people", q=words)["hits"] if h.get("name", "").lower() == words.lower()]
        if len(of_social) == 1 and len(of_contact) == 1:
            return {
                "words": words, "misspelt": f"{misspelt(said['first_name'])} {misspelt(said['last_name'])} {said['date_of_birth'][-4:]}",
                "ids": {"fiona.fire": on_list["person"], "sam.social": of_social[0], "connie.contact": of_contact[0]},
                "caller": {"name": words, "born": said["date_of_birth"], "postcode": said["postcode"]},
            }
    raise Failed("nobody on the list is known to the police and to adult social care; take another seed")


def upload(world):
    """The last extract of housing tenancies with one row changed, one broken and one said twice."""
    path = [p for s, p, _ in world.extracts() if s == "housing_tenancies"][-1]
    with open(path, newline="", encoding="cp1252") as file:  # as the housing system writes it
        rows = list(csv.reader(file, delimiter="|"))
    telephone, born = rows[0].index("TEL NO"), rows[0].index("D.O.B.")
    rows[1][telephone] = "01362 900000"
    rows[2][born] = "31-FEB-1966"
    rows.append(rows[3])
    out = os.path.join(world.folder, "tenants_mid_nov.txt")
    with open(out, "w", newline="", encoding="cp1252") as file:
        csv.writer(file, delimiter="|").writerows(rows)
    unchanged = len(rows) - 1 - 3
    return {"source": "housing_tenancies", "path": out, "as_at": "2026-11-15", "bad_value": "31-FEB-1966",
            "expect": [r"changed\s+1\b", r"quarantine\s+1\b", r"repeat\w*\s+1\b", rf"unchanged\s+{unchanged}\b"]}


def audit_of(world):
    world.login("grace.governance")
    return world.json("audit", "--limit", "1000")


def compare(tap, dialect, told, entries):
    """Exactly the reads that the story made, no more and no fewer, each with its purpose and the clauses of its agreement."""
    expected = collections.Counter()
    for person in told:
        for request in person["requests"]:
            for action in READS.get(request, []):
                expected[person["account"], action] += 1
    written = collections.Counter((e["account"], e["action"]) for e in entries if e["place"].startswith("web ") and
                                  e["place"][4:] in READS)
    tap.check(f"{dialect}: the audit holds exactly the reads of the story", expected == written,
              f"in the story only: {expected - written}\nin the audit only: {written - expected}")
    purposes = {"sam.social": "care_assessment", "fiona.fire": "fire_prevention", "stella.steward": "stewarding",
                "petra.partner": "stewarding", "connie.contact": "customer_contact"}
    wrong = [e for e in entries if e["account"] in purposes and (
        e["purpose"] != purposes[e["account"]] or not all(re.fullmatch(purposes[e["account"]] + (r"|\w+_supply" if e["role"] == "data_steward" else ""), c.split(":")[0])
                                                            for c in e["agreements"].split()))]
    tap.check(f"{dialect}: each entry is for the purpose chosen, under its agreement alone", not wrong, wrong)
    bare = [e for e in entries if e["action"] in ("view", "record") and e["account"] in purposes
            and not (e["agreements"] and e["anchors"])]
    tap.check(f"{dialect}: each view names its clauses and records", not bare, bare)
    police = [e for e in entries if e["account"] == "sam.social" and "police" in e["fields"]]
    tap.check(f"{dialect}: no field of the police stands in the social worker's reads", not police, police)


def tell(world, tap, dialect, script, told):
    """Has a script tell its story in the browser; its checks become the tap's. Returns the requests that it says it made."""
    path = os.path.join(world.folder, "story.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(told, file)
    process = subprocess.Popen(["node", os.path.join(HERE, script), path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                               cwd=HERE)
    requests = []
    for line in process.stdout:
        try:
            said = json.loads(line)
        except ValueError:
            tap.note(line)
            continue
        if "check" in said:
            tap.check(f"{dialect}: {said['check']}", said["holds"], said["seen"])
        elif "requests" in said:
            requests = said["requests"]
        else:
            tap.note(said["note"])
    tap.check(f"{dialect}: the story is told to its end", process.wait() == 0)
    return requests


def story(tap, dialect, core):
    modules()
    chromium = browser_program()
    with World(dialect) as world:
        world.sample(residents=1500)
        world.init()
        world.land_all()
        linked = world.link()
        tap.note(f"{dialect}: {linked['records']} records, {linked['links']} links, {linked['doubts']} doubts")
        with world.serving() as port:
            told = {"base": f"http://127.0.0.1:{port}", "password": PASSWORD, "chromium": chromium, "core": core, "plain": core, **choose(port),
                    "never_fire": NEVER_FIRE, "note": "Two alarms fitted, <i>dog</i> in the yard", "upload": upload(world),
                    "pictures": "" if core else os.environ.get("JOURNEY_PICTURES", "")}
            mark = max(e["id"] for e in audit_of(world))
            requests = tell(world, tap, dialect, "journey.mjs", told)
            entries = [e for e in audit_of(world) if e["id"] > mark]
            tap.check(f"{dialect}: the story says what it asked for", bool(requests))
            compare(tap, dialect, requests, entries)
        faults = world.json("check", status=None)["found"]
        tap.check(f"{dialect}: staithe check finds no fault", not faults, "\n".join(faults))


if __name__ == "__main__":
    tap = Tap()
    tap.story("the whole story on SQLite", story, "sqlite", False)
    tap.story("the core of the story on PostgreSQL", story, "postgresql", True)
    sys.exit(tap.done())
