#!/usr/bin/env python3
"""The million-row file: million.py HISTORICAL_50K.csv OUT.csv [COPIES].

Twenty copies of the 50 k file; in the n-th the letters of every text column are rotated by n places, so that each copy is as hard
as the first and shares next to nothing with it. Dates stay. For speed and memory alone: the copies agree on dates by chance, so
accuracy on it says nothing. Never committed: 100 MB that any machine makes in seconds.
"""
import csv
import string
import sys

ROTATED = ("full_name", "first_and_surname", "first_name", "surname", "birth_place", "postcode_fake", "gender", "occupation")


def rotation(places):
    low, high = string.ascii_lowercase, string.ascii_uppercase
    return str.maketrans(low + high, low[places:] + low[:places] + high[places:] + high[:places])


def main(source, out, copies):
    if not 1 <= copies <= 26:
        sys.exit("26 copies at most: there are no more rotations of 26 letters")
    with open(source, newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    header, rows = rows[0], rows[1:]
    turned = [name.strip() in ROTATED for name in header]
    with open(out, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        for copy in range(copies):
            table = rotation(copy)
            for row in rows:
                writer.writerow([f"{copy}-{row[0]}"] + [value.translate(table) if turn else value
                                                        for value, turn in zip(row[1:], turned[1:])])


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit("usage: million.py HISTORICAL_50K.csv OUT.csv [COPIES]")
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) == 4 else 20)
