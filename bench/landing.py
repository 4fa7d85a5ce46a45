#!/usr/bin/env python3
"""Landing a large extract, side by side with `sqlite3 .import` of the same file into a bare table.

    bench/landing.py BUILD [--rows N] [--runs N] [--folder DIR]

Makes an extract of N rows (1,000,000) in the manner of a GP list, and the same with 1% of its rows changed. Then, in turn, RUNS times
(3): the import; the landing of the first file into a fresh hub (hashed, kept encrypted, checked, versioned, keyed, synced); the landing of
the second; the first file again. Prints the medians of the wall clock as ratios to the import, and the most memory above the
start. BUILD is a release build.
"""
import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

CONTRACT = """apiVersion: v3.0.2
kind: DataContract
id: bench
version: 1.0.0
schema:
  - name: bench
    properties:
      - {name: ref, physicalName: REF, logicalType: string, primaryKey: true}
      - {name: nhs_number, physicalName: NHS_NUMBER, logicalType: string, required: true, quality: [{rule: nhsNumber}]}
      - {name: old_nhs_number, physicalName: OLD_NHS_NUMBER, logicalType: string, quality: [{rule: nhsNumber}]}
      - {name: surname, physicalName: SURNAME, logicalType: string, required: true, logicalTypeOptions: {maxLength: 60}}
      - {name: forenames, physicalName: FORENAMES, logicalType: string}
      - name: born
        physicalName: DOB
        logicalType: date
        required: true
        logicalTypeOptions: {format: yyyymmdd, minimum: 1900-01-01}
        quality: [{rule: notFuture}]
      - {name: sex, physicalName: SEX, logicalType: string, quality: [{rule: validValues, validValues: [M, F, I, U]}]}
      - {name: practice, physicalName: PRACTICE, logicalType: string}
      - {name: address, physicalName: ADDRESS, logicalType: string}
      - {name: postcode, physicalName: POSTCODE, logicalType: string, quality: [{rule: postcode}]}
staithe: {agency: x, agreement: y, subject: person, delivery: snapshot, file: {delimiter: ","}}
"""
SURNAMES = "LARKMERE QUAYMARSH THURNBY WINTERSHED ELMDITCH HOLMSLADE FENWRIGHT TIDEWELL REEDHAM MARLPIT STONEHAM BROADSIDE".split()
FORENAMES = "OLIVIA AMELIA ISLA AVA MIA GRACE JACK OLIVER HARRY GEORGE NOAH CHARLIE".split()
STREETS = ["HIGH STREET", "STATION ROAD", "CHURCH LANE", "MILL ROAD", "THE STREET", "NORWICH ROAD"]
TOWNS = "DEREHAM THETFORD WATTON SWAFFHAM ATTLEBOROUGH".split()


def nhs_numbers():
    """The valid ones of the range that is never issued, again from its start when it ends: the key is another column."""
    while True:
        for digits in range(999000000, 999999999):  # ten nines stand for "unknown"
            text = str(digits)
            check = 11 - sum((10 - i) * int(c) for i, c in enumerate(text)) % 11
            if check != 10:
                yield text + str(0 if check == 11 else check)


def make(folder, rows):
    rng = random.Random(1)
    first, second = os.path.join(folder, "first.csv"), os.path.join(folder, "second.csv")
    head = "REF,NHS_NUMBER,OLD_NHS_NUMBER,SURNAME,FORENAMES,DOB,SEX,PRACTICE,ADDRESS,POSTCODE\r\n"
    numbers = nhs_numbers()
    with open(first, "w", newline="") as one, open(second, "w", newline="") as two:
        one.write(head)
        two.write(head)
        for i in range(rows):
            row = (f"P{i * 7919 % rows:07d},{next(numbers)},,{rng.choice(SURNAMES)},{rng.choice(FORENAMES)} {rng.choice(FORENAMES)},"
                   f"{rng.randrange(1925, 2025)}{rng.randrange(1, 13):02d}{rng.randrange(1, 29):02d},{rng.choice('MF')},%s,"
                   f"\"{rng.randrange(1, 200)} {rng.choice(STREETS)}, {rng.choice(TOWNS)}\","
                   f"NR{rng.randrange(1, 36)} {rng.randrange(1, 10)}{rng.choice('ABDEFGHJ')}{rng.choice('ABDEFGHJ')}\r\n")
            practice = f"D82{rng.randrange(120):03d}"
            one.write(row % practice)
            two.write(row % ("E" + practice[1:] if i % 100 == 50 else practice))
    return first, second


def import_seconds(folder, path):
    database = os.path.join(folder, "bare.db")
    if os.path.exists(database):
        os.remove(database)
    started = time.monotonic()
    subprocess.run(["sqlite3", database, f".import --csv {path} bare"], check=True)
    return time.monotonic() - started


def land(program, folder, contract, files):
    hub = os.path.join(folder, "hub")
    shutil.rmtree(hub, ignore_errors=True)
    output = subprocess.check_output([program, hub, contract, *files], text=True)
    return [json.loads(line) for line in output.splitlines()]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--rows", type=int, default=1000000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--folder")
    options = parser.parse_args()
    program = os.path.join(options.build, "bench", "bench_landing")
    if not os.path.exists(program):
        print(f"{program} is not there; build a release first: make build", file=sys.stderr)
        return 66
    if not shutil.which("sqlite3"):
        print("the command sqlite3 is needed to compare with; install the package sqlite3", file=sys.stderr)
        return 69
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        contract = os.path.join(folder, "bench.yaml")
        with open(contract, "w") as file:
            file.write(CONTRACT)
        first, second = make(folder, options.rows)
        times = {"import": [], "first": [], "changed": [], "again": []}
        memory = 0
        for _ in range(options.runs):
            times["import"].append(import_seconds(folder, first))
            results = land(program, folder, contract, [first, second, second])
            for name, result in zip(("first", "changed", "again"), results):
                times[name].append(result["accept"] + result["run"])
                memory = max(memory, result["peak_kib"] - result["start_kib"])
            counts = [r["landing"] for r in results]
            good = (counts[0]["new"] == options.rows and counts[1]["changed"] == options.rows // 100
                    and counts[1]["unchanged"] == options.rows - options.rows // 100 and counts[2]["same_again"])
            if not good:
                print(f"the landings did not give what they should: {counts}", file=sys.stderr)
                return 1
        size = os.path.getsize(first)
    base = statistics.median(times["import"])
    print(f"Landing {options.rows:,} rows ({size / 1e6:.0f} MB), medians of {options.runs} runs, wall clock")
    print(f"  sqlite3 .import into a bare table     {base:7.2f} s   1.00")
    for name, words, aim in (("first", "landed into an empty hub", "aim 1.50"), ("changed", "the same with 1% changed", "aim 0.50"),
                             ("again", "the current file again", "")):
        seconds = statistics.median(times[name])
        print(f"  {words:<37} {seconds:7.2f} s   {seconds / base:.2f}   {aim}")
    print(f"  most memory above the start           {memory / 1024:7.1f} MiB       aim 64")
    return 0


if __name__ == "__main__":
    sys.exit(main())
