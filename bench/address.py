#!/usr/bin/env python3
"""Free-text addresses of the sample county to its gazetteer: rate, precision and recall against the truth.

    bench/address.py BUILD [RESIDENTS [SEED]]

Each record of council tax, GP list, fire visits and police notices whose true home stands in the gazetteer is asked for once, by its address
and postcode as the agency wrote them. Precision: of the answers exact or near, how many are the true home. Recall: of all asked, how many are.
A record whose typed house number is that of another home of the street cannot be told from a record of that home; those answers are counted as
wrong, and also shown apart.
"""
import csv
import io
import json
import os
import re
import resource
import subprocess
import sys
import tempfile

SOURCES = {  # in truth/records.csv: file name begins, key, address, postcode, delimiter, encoding
    "council_tax": ("CTAX", "AccountRef", "PropertyAddress", "PropertyPostcode", "\t", "cp1252"),
    "gp_list": ("REGISTERED", "NHS_NUMBER", "ADDRESS", "POSTCODE", ",", "utf-8-sig"),
    "fire_safety_visits": ("HFSV", "Visit Ref", "Address", "Postcode", ",", "utf-8-sig"),
    "police_vulnerability_notices": ("PVP", "Notice", "Address Stated", "Postcode", "\t", "utf-16"),
}


def truth_of(folder):
    with open(os.path.join(folder, "truth", "records.csv"), encoding="utf-8") as file:
        return {(row["source"], row["key"]): (row["uprn"], row["faults"]) for row in csv.DictReader(file)}


def asked(folder):
    """Records by source and key: the last month in which it stands, as the truth has the uprn of that address."""
    records = {}
    for month in sorted(name for name in os.listdir(folder) if re.fullmatch(r"\d{4}-\d\d", name)):
        for name in sorted(os.listdir(os.path.join(folder, month))):
            for source, (begin, key, address, postcode, delimiter, encoding) in SOURCES.items():
                if not name.startswith(begin):
                    continue
                with open(os.path.join(folder, month, name), encoding=encoding, newline="") as file:
                    for row in csv.DictReader(io.StringIO(file.read()), delimiter=delimiter):
                        records[source, row[key]] = (row[address] or "", row[postcode] or "")
    return records


def spent(before):
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    program = os.path.join(os.path.abspath(sys.argv[1]), "src", "program", "staithe")
    residents = sys.argv[2] if len(sys.argv) > 2 else "20000"
    seed = sys.argv[3] if len(sys.argv) > 3 else "7"
    with tempfile.TemporaryDirectory() as folder:
        county, questions, answers = (os.path.join(folder, name) for name in ("county", "ask.csv", "answers.csv"))
        subprocess.run([program, "sample", "--residents", residents, "--seed", seed, "--out", county], check=True,
                       stdout=subprocess.DEVNULL)
        month = sorted(os.listdir(county))[0]
        gazetteer = next(os.path.join(county, month, name) for name in os.listdir(os.path.join(county, month))
                         if name.startswith("LLPG"))
        with open(gazetteer, encoding="utf-8-sig", newline="") as file:
            homes = {row["UPRN"] for row in csv.DictReader(file)}
        truth = truth_of(county)
        with open(questions, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["source", "true_uprn", "faults", "address", "postcode"])
            count = 0
            for (source, key), (address, postcode) in asked(county).items():
                uprn, faults = truth.get((source, key), ("", ""))
                if uprn in homes and address.strip():
                    writer.writerow([source, uprn, faults, address, postcode])
                    count += 1
        for threads in ("1", "2"):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            done = subprocess.run([program, "address", "match", gazetteer, questions, "--column", "address", "--out",
                                   answers, "--json", "--threads", threads], check=True, stdout=subprocess.PIPE)
            report = json.loads(done.stdout)
            print(f"{threads} thread(s): {report['addresses']} addresses against {report['homes']} homes: index "
                  f"{report['index_seconds']:.2f} s, matching {report['match_seconds']:.2f} s, {report['addresses_a_second']:,.0f} a second; "
                  f"whole process {spent(before):.2f} s of processor")
        sums = {}
        wrong = []
        with open(answers, encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                for name in (row["source"], "all"):
                    tally = sums.setdefault(name, [0, 0, 0, 0])
                    tally[0] += 1
                    tally[1] += row["matched_uprn"] == row["true_uprn"]
                    bad = row["matched_uprn"] not in ("", row["true_uprn"])
                    tally[2] += bad
                    tally[3] += bad and row["match_class"] == "exact"
                if row["matched_uprn"] != row["true_uprn"]:
                    wrong.append(row)
        for name, (all_, right, bad, exact) in sums.items():
            print(f"{name}: {all_} asked, precision {right / max(1, right + bad):.4f}, recall {right / all_:.4f}; "
                  f"{bad} wrong, {exact} of them an exact match of another home")
        told = sums["all"]
        print(f"without those: precision {told[1] / max(1, told[1] + told[2] - told[3]):.4f}")
        if os.environ.get("SHOW"):
            for row in wrong[:: max(1, len(wrong) // int(os.environ["SHOW"]))]:
                print(row["source"], row["faults"], "|", row["address"], "|", row["postcode"], "| true", row["true_uprn"], "|",
                      row["match_class"], row["matched_uprn"], row["matched_address"], "|", row["match_reason"])


if __name__ == "__main__":
    sys.exit(main())
