#!/usr/bin/env python3
"""Linking of files, on the release build: link.py BUILD [DATA].

For each labelled set and the million-row file (peers/million.py) with both rule sets: wall clock, processor time and peak memory of
the whole process with one and two threads, medians of three (one for the million), that both wrote the same bytes, and F1. Rows are
shuffled and ids replaced by peers/prepare.py; the truth is opened by peers/score.py alone, afterwards.
"""
import filecmp
import os
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "peers"))
import prepare  # noqa: E402
import score  # noqa: E402

EXAMPLES = os.path.join(HERE, "..", "examples", "link")
KINDS = """link: dedupe
id: unique_id
columns: {full_name: full_name, dob: date, birth_place: place, postcode_fake: postcode, gender: category, occupation: category}
date_order: ymd
"""
# Sixteen wide rules; the cap is what lets about 28 million pairs of the million rows through.
WIDE = """block_cap: 110
blocking:
  - postcode_fake
  - dob
  - surname
  - surname + birth_place
  - first_name + birth_place
  - first_name + birth_place + occupation
  - first_name + surname
  - surname + year(dob)
  - first_name + year(dob)
  - surname + prefix(postcode_fake, 3)
  - first_name + prefix(postcode_fake, 3)
  - surname + occupation
  - birth_place + year(dob)
  - district(postcode_fake) + year(dob)
  - birth_place + prefix(postcode_fake, 3)
  - first_name + surname + year(dob)
"""
# The rotated copies agree by chance far more often than people do, so the million is joined at 14 bits and learns nothing.
MILLION = "learn: false\nthresholds: {join: 14, review: 14, floor: 14}\n"


def run(program, specification, files, out, threads):
    measured = subprocess.run(["/usr/bin/time", "-f", "%e %U %S %M", program, "link", specification, *files, "--clusters", out, "--threads",
                               str(threads)], capture_output=True, text=True, check=True)
    wall, user, system, peak = measured.stderr.split()[-4:]
    return float(wall), float(user) + float(system), int(peak) / 1024


def measure(program, name, specification, files, folder, truth=None, across=False, runs=3):
    outs = [os.path.join(folder, f"out{threads}") for threads in (1, 2)]
    taken = [[run(program, specification, files, out, threads) for _ in range(runs)] for threads, out in zip((1, 2), outs)]
    if not filecmp.cmp(*outs, shallow=False):
        sys.exit(f"{name}: one and two threads wrote different clusters")
    figures = score.score(truth, outs[1], across) if truth else None
    cells = [name]
    for each in taken:
        wall, processor, peak = (statistics.median(one[i] for one in each) for i in range(3))
        cells.append(f"{wall:.2f} s, {processor:.2f} s of processor, {peak:.0f} MB")
    cells.append(f"{figures['f1']:.4f} / {figures['b_cubed_f1']:.4f}" if figures else "–")
    print("| " + " | ".join(cells) + " |", flush=True)


def changed(source, folder, name, without, more):
    """A copy of a specification without the lines that begin so (or with one of these), and with more."""
    path = os.path.join(folder, name)
    with open(source, encoding="utf-8") as old, open(path, "w", encoding="utf-8") as new:
        new.writelines(line for line in old.read().rstrip("\n").splitlines(True) if not line.startswith(without))
        new.write("\n" + more)
    return path


def main(build, data):
    program = os.path.join(build, "src", "program", "staithe")
    with tempfile.TemporaryDirectory() as folder:
        prepare.prepare(data, folder, 7)
        kinds = os.path.join(folder, "kinds.yaml")
        with open(kinds, "w", encoding="utf-8") as file:
            file.write(KINDS)
        print("| data | one thread | two threads | F1 pairwise / B-cubed |\n| --- | --- | --- | --- |")
        ten = os.path.join(EXAMPLES, "historical_50k_splink_rules.yaml")
        ours = os.path.join(EXAMPLES, "historical_50k.yaml")
        for name in prepare.SETS:
            files = [os.path.join(folder, file) for file in prepare.names_of(name)]
            truth = os.path.join(folder, "truth", f"{name}.csv")
            measure(program, name, os.path.join(EXAMPLES, f"{name}.yaml"), files, folder, truth, name == "febrl4")
            if name == "historical_50k":
                measure(program, f"{name}, Splink's ten rules", ten, files, folder, truth)
                measure(program, f"{name}, kinds only", kinds, files, folder, truth)
        million = [os.path.join(folder, "million.csv")]
        subprocess.run([sys.executable, os.path.join(HERE, "peers", "million.py"), os.path.join(folder, "historical_50k.csv"), *million],
                       check=True)
        refined = changed(ten, folder, "ten.yaml", "thresholds", MILLION)
        components = changed(refined, folder, "components.yaml", "clusters", "clusters: components\n")
        wide = changed(ten, folder, "wide.yaml", ("thresholds", "block", "  - "), WIDE + MILLION)
        broad = changed(ours, folder, "ours.yaml", "thresholds", MILLION)
        measure(program, "a million rows, Splink's ten rules, components", components, million, folder, runs=1)
        measure(program, "a million rows, Splink's ten rules, refined", refined, million, folder, runs=1)
        measure(program, "a million rows, sixteen wide rules, refined", wide, million, folder, runs=1)
        measure(program, "a million rows, our rules, refined", broad, million, folder, runs=1)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: link.py BUILD [DATA]")
    main(os.path.abspath(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else os.path.join(HERE, "..", "..", "shared", "data", "linkage"))
