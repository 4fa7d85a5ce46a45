#!/usr/bin/env python3
"""Extracts of a county, linked under a specification that names the columns' kinds and nothing else. Real people live together: whoever shares a
surname, a home and a telephone is a household and no duplicate, and most pairs that agree in much are of that sort."""
import collections
import csv
import glob
import json
import os
import subprocess
import sys
import tempfile

ROOT, BUILD = os.environ["STAITHE_SOURCE_ROOT"], os.environ["STAITHE_BUILD_ROOT"]
sys.path.insert(0, os.path.join(ROOT, "tests", "journeys"))
from world import Tap  # noqa: E402

STAITHE = os.path.join(BUILD, "src", "program", "staithe")
COLUMNS = ["id", "given", "family", "born", "sex", "address", "postcode", "phone", "person"]
SHAPES = {
    "gp_list": ("REGISTERED_PATIENTS_*.csv", "utf-8-sig", ",",
                ["NHS_NUMBER", "FORENAMES", "SURNAME", "DOB", "SEX", "ADDRESS", "POSTCODE", "TEL"]),
    "adult_social_care_clients": ("ASC_CLIENTS_*.csv", "utf-8-sig", ",",
                                  ["CLIENT_ID", "FIRST_NAME", "LAST_NAME", "DOB", "GENDER", "ADDRESS", "POSTCODE", "TELEPHONE"]),
    "bus_passes": ("concessionary_passes_*.csv", "utf-8-sig", ",",
                   ["pass_number", "first_name", "last_name", "date_of_birth", None, "address", "postcode", "phone"]),
}


def extract(folder, source, people):
    pattern, encoding, delimiter, columns = SHAPES[source]
    newest = sorted(glob.glob(os.path.join(folder, "county", "*", pattern)))[-1]
    path = os.path.join(folder, source + ".csv")
    with open(newest, newline="", encoding=encoding) as file, open(path, "w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(COLUMNS)
        for row in csv.DictReader(file, delimiter=delimiter):
            if None in row or row[columns[0]] is None:
                continue
            writer.writerow([row[c] if c else "" for c in columns] + [people.get((source, row[columns[0]]), "")])
    return path


def link(folder, specification, files):
    path = os.path.join(folder, "kinds.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(specification)
    done = subprocess.run([STAITHE, "link", path, *files, "--truth", "person", "--json"], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout)


def delivered(folder, people):
    """All agencies' files as they come, under examples/link/county.yaml: pairwise precision and recall."""
    source_of = {"ASC_CASE_NOTES": "adult_social_care_notes", "ASC_CLIENTS": "adult_social_care_clients", "CTAX": "council_tax",
                 "HFSV": "fire_safety_visits", "PVP": "police_vulnerability_notices", "REGISTERED": "gp_list", "concessionary": "bus_passes",
                 "tenants": "housing_tenancies"}
    files = [f for f in sorted(glob.glob(os.path.join(folder, "county", "2*", "*"))) if "LLPG" not in f]
    clusters = os.path.join(folder, "clusters.csv")
    specification = os.path.join(ROOT, "examples", "link", "county.yaml")
    done = subprocess.run([STAITHE, "link", specification, *files, "--clusters", clusters, "--json"], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    together, by_cluster, by_person = (collections.Counter() for _ in range(3))
    with open(clusters, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            source = next(source_of[start] for start in source_of if row["source"].startswith(start))
            person = people[source, row["id"]]
            together[row["cluster"], person] += 1
            by_cluster[row["cluster"]] += 1
            by_person[person] += 1
    pairs = [sum(n * (n - 1) // 2 for n in counter.values()) for counter in (together, by_cluster, by_person)]
    return pairs[0] / pairs[1], pairs[0] / pairs[2], json.loads(done.stdout)


def main():
    tap = Tap()
    with tempfile.TemporaryDirectory(prefix="staithe-households-") as folder:
        subprocess.run([STAITHE, "sample", "--residents", "8000", "--seed", "31", "--out", os.path.join(folder, "county")],
                       check=True, capture_output=True)
        with open(os.path.join(folder, "county", "truth", "records.csv"), newline="", encoding="utf-8") as file:
            people = {(row["source"], row["key"]): row["person_id"] for row in csv.DictReader(file)}
        files = {source: extract(folder, source, people) for source in SHAPES}
        head = "link: link_and_dedupe\nid: id\ncolumns:\n  given: given_name\n  family: family_name\n  born: date\n  postcode: postcode\n"
        full = head + "  sex: category\n  address: address\n  phone: telephone\n"
        undated = full.replace("  born: date\n", "").replace("  sex: category\n", "")
        for name, specification, sources in (("names, birth dates and postcodes of two sources", head, ["gp_list", "bus_passes"]),
                                             ("all columns of three sources", full, list(SHAPES))):
            answer = link(folder, specification, [files[source] for source in sources])
            f1 = answer["figures"]["f1"]
            tap.check(f"{name}: households are no duplicates", f1 >= 0.95, f"F1 {f1:.4f}")
        for name, specification, sources in (("two sources", undated.replace("  phone: telephone\n", ""), ["gp_list", "bus_passes"]),
                                             ("three sources and their telephones, a care home's among them", undated, list(SHAPES))):
            f1 = link(folder, specification, [files[source] for source in sources])["figures"]["f1"]
            tap.check(f"without birth dates, {name}: a sister is not her brother", f1 >= 0.85, f"F1 {f1:.4f}")
        alone = link(folder, full, [files["gp_list"]])
        records, wrong = alone["records"], alone["figures"]["predicted_pairs"]
        tap.check("a list without duplicates has few", wrong <= records / 200, f"{wrong} pairs of {records} records")
        precision, recall, answer = delivered(folder, people)
        tap.check("the files of eight agencies, each with headers of its own, are linked as they are delivered", precision >= 0.97 and recall >= 0.94,
                  f"precision {precision:.4f}, recall {recall:.4f}")
        memory = answer["memory"]
        tap.check("what it may use of memory, and needs, is said", memory["allowed"] > memory["needed"] > 0 and memory["on_disk"] == 0, str(memory))
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
