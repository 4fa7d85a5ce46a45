#!/usr/bin/env python3
"""The one scorer of all linkers: score.py TRUTH.csv CLUSTERS.csv [--across].

Counts in whole numbers and knows nothing of any linker: both files are read by their first column (the record's id) and CLUSTERS
by its last (the cluster's). A record that CLUSTERS leaves out is a cluster of its own; an unknown or repeated id is an error.
--across: only pairs of two sources count (two files without duplicates); B-cubed is over all records either way.
"""
import collections
import csv
import json
import sys


def pairs(counts):
    return sum(n * (n - 1) // 2 for n in counts)


def pairs_of(groups, across):
    """groups: a list of sources for each group. Pairs within each, only those of two sources when `across`."""
    total = 0
    for sources in groups:
        total += pairs([len(sources)])
        if across:
            total -= pairs(collections.Counter(sources).values())
    return total


def f1(precision, recall):
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def read_clusters(path):
    clusters = {}
    with open(path, newline="", encoding="utf-8") as file:
        rows = csv.reader(file)
        next(rows)
        for row in rows:
            if row[0] in clusters:
                raise ValueError(f"{path}: {row[0]} stands twice")
            clusters[row[0]] = row[-1]
    return clusters


def score(truth_path, clusters_path, across=False):
    clusters = read_clusters(clusters_path)
    by_entity, by_cluster, by_both = (collections.defaultdict(list) for _ in range(3))
    known = 0
    with open(truth_path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            known += row["id"] in clusters
            cluster = clusters.get(row["id"], ("alone", row["id"]))
            by_entity[row["entity"]].append(row["source"])
            by_cluster[cluster].append(row["source"])
            by_both[row["entity"], cluster].append(row["source"])
    if known != len(clusters):
        raise ValueError(f"{clusters_path}: {len(clusters) - known} ids are of no record")
    true, found, common = (pairs_of(groups.values(), across) for groups in (by_entity, by_cluster, by_both))
    count = sum(len(group) for group in by_entity.values())
    b3_precision = sum(len(both) ** 2 / len(by_cluster[cluster]) for (_, cluster), both in by_both.items()) / count
    b3_recall = sum(len(both) ** 2 / len(by_entity[entity]) for (entity, _), both in by_both.items()) / count
    precision, recall = common / found if found else 1.0, common / true if true else 1.0
    return {"true_pairs": true, "predicted_pairs": found, "common_pairs": common, "precision": precision, "recall": recall,
            "f1": f1(precision, recall), "b_cubed_precision": b3_precision, "b_cubed_recall": b3_recall,
            "b_cubed_f1": f1(b3_precision, b3_recall), "clusters": len(by_cluster)}


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4) or sys.argv[3:] not in ([], ["--across"]):
        sys.exit("usage: score.py TRUTH.csv CLUSTERS.csv [--across]")
    json.dump(score(sys.argv[1], sys.argv[2], len(sys.argv) == 4), sys.stdout, indent=1)
    print()
