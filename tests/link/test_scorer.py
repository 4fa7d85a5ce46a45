#!/usr/bin/env python3
"""Three scorers of one linking agree to four places: the command's own (src/link/evaluate.c, from sizes of cells), the peers' (bench/peers/score.py,
from counts) and this one, which lists every pair and takes B-cubed by its definition, record by record (Bagga and Baldwin 1998)."""
import csv
import itertools
import json
import os
import random
import subprocess
import sys
import tempfile

ROOT, BUILD = os.environ["STAITHE_SOURCE_ROOT"], os.environ["STAITHE_BUILD_ROOT"]
sys.path[:0] = [os.path.join(ROOT, "tests", "journeys"), os.path.join(ROOT, "bench", "peers")]
import score as peers  # noqa: E402
from world import Tap  # noqa: E402

STAITHE = os.path.join(BUILD, "src", "program", "staithe")
SHARED = os.path.join(os.environ.get("STAITHE_SHARED") or os.path.join(ROOT, "..", "shared"), "data", "linkage")
NAMES = ("precision", "recall", "f1", "b_cubed_precision", "b_cubed_recall", "b_cubed_f1")


def members(labels):
    groups = {}
    for record, label in labels.items():
        groups.setdefault(label, set()).add(record)
    return groups


def pairs_listed(labels, across):
    """Every pair of records of one label; a record is (source, id)."""
    return {pair for group in members(labels).values() for pair in itertools.combinations(sorted(group), 2)
            if not (across and pair[0][0] == pair[1][0])}


def mean_f1(precision, recall):
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def brute_force(clusters, truth, across):
    found, true = pairs_listed(clusters, across), pairs_listed(truth, across)
    both = len(found & true)
    precision, recall = both / len(found) if found else 0.0, both / len(true) if true else 0.0
    by_cluster, by_truth = members(clusters), members(truth)
    shared = {record: len(by_cluster[clusters[record]] & by_truth[truth[record]]) for record in truth}
    b3_precision = sum(n / len(by_cluster[clusters[record]]) for record, n in shared.items()) / len(truth)
    b3_recall = sum(n / len(by_truth[truth[record]]) for record, n in shared.items()) / len(truth)
    return dict(zip(NAMES, (precision, recall, mean_f1(precision, recall),
                            b3_precision, b3_recall, mean_f1(b3_precision, b3_recall))))


def read_truth(files, identifier, column):
    """By (source, id) the entity; no label: an entity of its own."""
    truth = {}
    for path in files:
        source = os.path.splitext(os.path.basename(path))[0]
        with open(path, newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                truth[source, row[identifier]] = row[column] or ("alone", source, row[identifier])
    return truth


def read_clusters(path, sources):
    with open(path, newline="", encoding="utf-8") as file:
        return {(row["source"] if len(sources) > 1 else sources[0], row["id"]): row["cluster"] for row in csv.DictReader(file)}


def compare(tap, name, specification, files, identifier, column, across=False):
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "clusters.csv")
        done = subprocess.run([STAITHE, "link", specification, *files, "--truth", column, "--clusters", out, "--json"],
                              capture_output=True, text=True)
        if not tap.check(f"{name} is linked", done.returncode == 0, done.stderr):
            return
        figures = json.loads(done.stdout)["figures"]
        truth = read_truth(files, identifier, column)
        clusters = read_clusters(out, sorted({source for source, _ in truth}))
        tap.check(f"{name}: each record has one cluster", clusters.keys() == truth.keys(),
                  sorted(clusters.keys() ^ truth.keys())[:5])
        expected = brute_force(clusters, truth, across)
        tap.check(f"{name}: listing every pair gives the same to four places",
                  all(abs(figures[n] - expected[n]) < 0.00005 for n in NAMES), f"{figures}\n{expected}")
        with open(os.path.join(folder, "truth.csv"), "w", newline="", encoding="utf-8") as file, \
             open(os.path.join(folder, "plain.csv"), "w", newline="", encoding="utf-8") as plain:
            rows, links = csv.writer(file), csv.writer(plain)
            rows.writerow(["id", "entity", "source"])
            links.writerow(["id", "cluster"])
            for (source, record), entity in truth.items():
                rows.writerow([f"{source}:{record}", entity, source])
                links.writerow([f"{source}:{record}", clusters[source, record]])
        theirs = json.dumps(peers.score(os.path.join(folder, "truth.csv"), os.path.join(folder, "plain.csv"), across))
        wanted = [f"{expected[n]:.4f}" for n in ("f1", "b_cubed_f1")]
        found = [f"{value:.4f}" for value in json.loads(theirs).values() if isinstance(value, float)]
        tap.check(f"{name}: the peers' scorer says so too", all(w in found for w in wanted), f"{theirs}\n{expected}")


def write_people(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["id", "name", "born", "person"])
        out.writerows(rows)


def random_partition(tap, seed, kind):
    """People linked as they may; the truth column is drawn at random, near the clusters and far from them."""
    draw = random.Random(seed)
    names = [a + b for a in ("barn", "field", "wood", "stone", "marsh") for b in ("ham", "ton", "ley", "by", "well")]
    with tempfile.TemporaryDirectory() as folder:
        rows = []
        for number in range(240):
            person = draw.randrange(90)
            maker = random.Random(person)
            born = f"{1930 + maker.randrange(70)}-{1 + maker.randrange(12):02}-{1 + maker.randrange(28):02}"
            truth = person if draw.random() < 0.7 else draw.choice(["", draw.randrange(90), draw.randrange(9)])
            rows.append([number, maker.choice(names) + " " + maker.choice(names), born, truth])
        specification = os.path.join(folder, "people.yaml")
        with open(specification, "w", encoding="utf-8") as file:
            file.write(f"link: {kind}\nid: id\ncolumns: {{name: full_name, born: date}}\n")
        files = [os.path.join(folder, name) for name in (("left.csv", "right.csv") if kind == "link" else ("people.csv",))]
        for place, path in enumerate(files):
            write_people(path, rows[place::len(files)])
        compare(tap, f"a random truth ({kind}, {seed})", specification, files, "id", "person", kind == "link")


def main():
    tap = Tap()
    for seed in range(3):
        random_partition(tap, seed, "dedupe")
        random_partition(tap, seed, "link")
    data = os.path.join(SHARED, "historical_figures_with_errors_50k.csv")
    if os.path.exists(data):
        compare(tap, "historical_50k", os.path.join(ROOT, "examples", "link", "historical_50k.yaml"), [data], "unique_id", "cluster")
    else:
        tap.skip("historical_50k", "the labelled data is not on this machine (STAITHE_SHARED names its folder)")
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
