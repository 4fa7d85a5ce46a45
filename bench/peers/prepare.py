#!/usr/bin/env python3
"""Makes what every linker is given: prepare.py SOURCE OUT [SEED].

SOURCE is the folder of the labelled sets (its README says where they come from). Rows are shuffled, record ids replaced by
random ones and the truth taken out, before any linker sees a byte: an id like rec-12-dup-0 or Q12-3 is the answer. Space around
fields is trimmed (the FEBRL files have one after each comma). The truth goes to OUT/truth, one file of (id, entity) a data set;
nobody but score.py opens it.
"""
import csv
import os
import random
import sys

# name: files, column of the id, how an entity is read from a row, columns taken out
SETS = {
    "historical_50k": (["historical_figures_with_errors_50k.csv"], "unique_id", lambda row: row["cluster"], ["cluster"]),
    "febrl3": (["dataset3.csv"], "rec_id", lambda row: row["rec_id"].split("-")[1], []),
    "febrl4": (["dataset4a.csv", "dataset4b.csv"], "rec_id", lambda row: row["rec_id"].split("-")[1], []),
    "fake_1000": (["fake_1000.csv"], "unique_id", lambda row: row["cluster"], ["cluster"]),
}


def read(path):
    with open(path, newline="", encoding="utf-8") as file:
        rows = csv.reader(file)
        header = [name.strip() for name in next(rows)]
        return header, [dict(zip(header, (value.strip() for value in row))) for row in rows]


def names_of(name):
    """The files that a data set has in OUT."""
    count = len(SETS[name][0])
    return [f"{name}.csv"] if count == 1 else [f"{name}_{chr(ord('a') + i)}.csv" for i in range(count)]


def prepare(source, out, seed):
    os.makedirs(os.path.join(out, "truth"), exist_ok=True)
    chance = random.Random(seed)
    for name, (files, id_column, entity, hidden) in SETS.items():
        taken, truth = set(), []
        for file, made in zip(files, names_of(name)):
            header, rows = read(os.path.join(source, file))
            chance.shuffle(rows)
            kept = [column for column in header if column not in hidden]
            with open(os.path.join(out, made), "w", newline="", encoding="utf-8") as target:
                writer = csv.writer(target, lineterminator="\n")
                writer.writerow(kept)
                for row in rows:
                    new = f"r{chance.getrandbits(48):012x}"
                    while new in taken:
                        new = f"r{chance.getrandbits(48):012x}"
                    taken.add(new)
                    truth.append((new, entity(row), made))
                    row[id_column] = new
                    writer.writerow([row[column] for column in kept])
        chance.shuffle(truth)
        with open(os.path.join(out, "truth", f"{name}.csv"), "w", newline="", encoding="utf-8") as target:
            writer = csv.writer(target, lineterminator="\n")
            writer.writerow(["id", "entity", "source"])
            writer.writerows(truth)


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit("usage: prepare.py SOURCE OUT [SEED]")
    prepare(sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) == 4 else None)
