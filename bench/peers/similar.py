#!/usr/bin/env python3
"""Our similarity functions against RapidFuzz's, over a million pairs: similar.py BUILD [DATA] [PAIRS].

Half of the pairs are random words over small alphabets, half are values of one column of two records of the labelled historical
file, most often of one person. Held together to 1e-9: Jaro-Winkler, the count of edits (optimal string alignment), and whether one
edit makes the one the other.

Two things are defined otherwise and are taken into account. RapidFuzz adds for a common beginning only above 0.7, ours always
(Winkler 1990): the sum is made from its plain Jaro. And an odd number of letters out of place is halved to a whole number by
RapidFuzz, to a half by ours (Jaro 1989 counts transpositions as half of them): such pairs are held against the definition written
out below, and against RapidFuzz as a bound; they are counted apart. Needs the network the first time. Never part of the tests.
"""
import csv
import os
import random
import subprocess
import sys
import venv

HERE = os.path.dirname(os.path.abspath(__file__))
COLUMNS = ("first_name", "surname", "birth_place", "postcode_fake", "occupation", "dob")


def environment(build):
    folder = os.path.join(build, "peers", "similar")
    python = os.path.join(folder, "bin", "python")
    if not os.path.exists(os.path.join(folder, "installed")):
        venv.create(folder, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r",
                        os.path.join(HERE, "requirements-similar.txt")], check=True)
        open(os.path.join(folder, "installed"), "w", encoding="utf-8").close()
    return python


def random_word(chance):
    letters = "abcdefghijklmnopqrstuvwxyz"[:chance.choice((2, 4, 8, 26))]
    return "".join(chance.choice(letters) for _ in range(chance.randint(0, chance.choice((3, 8, 16, 20, 40, 64)))))


def changed(word, chance):
    letters = list(word)
    for _ in range(chance.randint(0, 3)):
        at = chance.randint(0, len(letters))
        kind = chance.randint(0, 3)
        if kind == 0:
            letters.insert(at, chance.choice("abcdefgh"))
        elif kind == 1 and at < len(letters):
            del letters[at]
        elif kind == 2 and at < len(letters):
            letters[at] = chance.choice("abcdefgh")
        elif kind == 3 and at + 1 < len(letters):
            letters[at], letters[at + 1] = letters[at + 1], letters[at]
    return "".join(letters)[:64]


def make_pairs(data, count):
    chance = random.Random(20261128)
    for _ in range(count // 2):
        word = random_word(chance)
        yield word, changed(word, chance) if chance.random() < 0.5 else random_word(chance)
    path = os.path.join(data, "historical_figures_with_errors_50k.csv")
    if not os.path.exists(path):
        return
    people = {}
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        people.setdefault(row["cluster"], []).append(row)
    people = [records for records in people.values() if len(records) > 1]
    for _ in range(count - count // 2):
        one, two = chance.sample(chance.choice(people), 2) if chance.random() < 0.7 else chance.sample(rows, 2)
        column = chance.choice(COLUMNS)
        # Bytes are compared: only texts that are one byte a letter, and at most 64 of them
        texts = [row[column].lower().encode("ascii", "ignore").decode().replace("\t", " ")[:64] for row in (one, two)]
        yield texts[0], texts[1]


def jaro(a, b):
    """As it is defined, and how many letters are out of place."""
    if not a or not b:
        return 0.0, 0
    window = max(max(len(a), len(b)) // 2 - 1, 0)
    taken, places = [False] * len(b), []
    for i, letter in enumerate(a):
        for j in range(max(0, i - window), min(len(b), i + window + 1)):
            if not taken[j] and b[j] == letter:
                taken[j] = True
                places.append(i)
                break
    if not places:
        return 0.0, 0
    moved = sum(a[i] != b[j] for i, j in zip(places, (j for j, is_taken in enumerate(taken) if is_taken)))
    m = len(places)
    return (m / len(a) + m / len(b) + (m - moved / 2) / m) / 3, moved


def compare(build, data, count):
    from rapidfuzz.distance import OSA, Jaro  # of the environment
    pairs = list(make_pairs(data, count))
    text = "".join(f"{a}\t{b}\n" for a, b in pairs)
    ours = subprocess.run([os.path.join(build, "bench", "bench_similar")], input=text, capture_output=True, text=True, check=True)
    odd = wrong = 0
    for (a, b), line in zip(pairs, ours.stdout.splitlines(), strict=True):
        similarity, one_edit, edits = line.split()
        prefix = 0
        while prefix < min(4, len(a), len(b)) and a[prefix] == b[prefix]:
            prefix += 1
        theirs = Jaro.similarity(a, b) if a and b else 0.0
        distance = OSA.distance(a, b)
        expected = theirs + prefix * 0.1 * (1 - theirs)
        same = abs(float(similarity) - expected) < 1e-9
        if not same:
            defined, moved = jaro(a, b)
            same = moved % 2 == 1 and defined < theirs and abs(defined + prefix * 0.1 * (1 - defined) - float(similarity)) < 1e-9
            odd += same
        if not same or int(edits) != distance or int(one_edit) != (distance <= 1):
            wrong += 1
            if wrong <= 10:
                print(f"differs: {a!r} {b!r}: ours {line}, theirs {expected} {distance}")
    print(f"{len(pairs)} pairs: {wrong} differ; {odd} have an odd number of letters out of place, halved otherwise by RapidFuzz")
    return wrong


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: similar.py BUILD [DATA] [PAIRS]")
    folder = os.path.abspath(sys.argv[1])
    labelled = sys.argv[2] if len(sys.argv) > 2 else os.path.join(HERE, "..", "..", "..", "shared", "data", "linkage")
    wanted = int(sys.argv[3]) if len(sys.argv) > 3 else 1000000
    inside = environment(folder)
    if os.path.realpath(sys.prefix) != os.path.realpath(os.path.join(folder, "peers", "similar")):
        sys.exit(subprocess.run([inside, os.path.abspath(__file__), folder, labelled, str(wanted)]).returncode)
    sys.exit(1 if compare(folder, labelled, wanted) else 0)
