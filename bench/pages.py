#!/usr/bin/env python3
"""Search and single view through HTTP, with an open-loop client (bench/load.c) at 200 and at 2,000 requests a second, and the most
that the server gives. Builds a sample county of RESIDENTS (default 250,000) with the release build, once per run.

    bench/pages.py BUILD [RESIDENTS] [SECONDS]
"""
import csv
import json
import os
import random
import re
import resource
import subprocess
import sys
import time
import urllib.parse

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests", "journeys"))
from world import Browser, World  # noqa: E402


def timed(what, function, *arguments):
    started = time.monotonic()
    result = function(*arguments)
    print(f"{what}: {time.monotonic() - started:.1f} s", flush=True)
    return result


def patients(world):
    path = next(path for source, path, _ in world.extracts() if source == "gp_list")
    with open(path, newline="", encoding="utf-8-sig", errors="replace") as file:
        return [row for row in csv.DictReader(file) if row["SURNAME"] and row["FORENAMES"] and row["DOB"]]


def slip(word, dice):
    """A letter left out, two swapped, or one wrong; never the first."""
    if len(word) < 4:
        return word
    at = dice.randrange(1, len(word) - 1)
    return dice.choice((word[:at] + word[at + 1:], word[:at] + word[at + 1] + word[at] + word[at + 2:],
                        word[:at] + dice.choice("abcdefghijklmnopqrstuvwxyz") + word[at + 1:]))


def how_well(browser, world, count=300, seed=5):
    """At which place a search shows the person who was meant: she is who the search for her NHS number finds."""
    dice = random.Random(seed)
    adults = [row for row in patients(world) if row["NHS_NUMBER"] and row["DOB"][:4] < "2008"]
    places = {}
    for row in dice.sample(adults, min(count, len(adults))):
        meant = re.findall(r'href="(/people/\d+)"', browser.ask("GET", "/find?q=" + row["NHS_NUMBER"]))
        if len(meant) != 1:
            continue
        given, family, year = row["FORENAMES"].split()[0].lower(), row["SURNAME"].lower(), row["DOB"][:4]
        for kind, words in (("name", f"{given} {family}"), ("name and year", f"{given} {family} {year}"),
                            ("initial, family name, year", f"{given[0]} {family} {year}"),
                            ("a slip in the family name, year", f"{given} {slip(family, dice)} {year}"),
                            ("a slip in each name, year", f"{slip(given, dice)} {slip(family, dice)} {year}")):
            shown = re.findall(r'href="(/people/\d+)"', browser.ask("GET", "/find?q=" + urllib.parse.quote_plus(words)))
            places.setdefault(kind, []).append(shown.index(meant[0]) if meant[0] in shown else None)
    for kind, list_ in places.items():
        share = [sum(place is not None and place < most for place in list_) / len(list_) for most in (1, 5, 20)]
        print(f"who was meant, asked by {kind}: first {share[0]:.1%}, among five {share[1]:.1%}, among twenty {share[2]:.1%} of {len(list_)}", flush=True)


def words_of(world, count, seed=7):
    """What people would type: names as the GP list spells them, some misspelt, some with a year of birth or a postcode."""
    rows = patients(world)
    dice = random.Random(seed)
    asked = []
    for row in dice.sample(rows, min(count, len(rows))):
        given, family = row["FORENAMES"].split()[0].lower(), row["SURNAME"].lower()
        kind = dice.randrange(5)
        if kind == 0:
            asked.append(f"{given} {family} {row['DOB'][:4]}")
        elif kind == 1:
            asked.append(f"{family} {row['POSTCODE']}")
        elif kind == 2 and len(family) > 4:
            at = dice.randrange(1, len(family) - 1)
            asked.append(f"{given} {family[:at]}{family[at + 1:]} {row['DOB'][:4]}")
        elif kind == 3:
            asked.append(row["NHS_NUMBER"])
        else:
            asked.append(f"{given} {family}")
    return asked


def load(build, port, rate, seconds, connections, cookie, paths):
    done = subprocess.run([os.path.join(build, "bench", "load"), str(port), str(rate), str(seconds), str(connections), cookie],
                          input="\n".join(paths) + "\n", capture_output=True, text=True)
    if not done.stdout:
        raise SystemExit(f"the client failed: {done.stderr}")
    return json.loads(done.stdout)


def memory_of(process):
    """What the process has of its own. Pages of the database that its readers map are the system's, and are counted once a reader in
    the process's resident size."""
    with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
        return int(re.search(r"RssAnon:\s+(\d+)", file.read()).group(1)) / 1024


def main():
    build = os.path.abspath(sys.argv[1])
    residents = int(sys.argv[2]) if len(sys.argv) > 2 else 250000
    seconds = int(sys.argv[3]) if len(sys.argv) > 3 else 10
    program = os.path.join(build, "src", "program", "staithe")
    results = []
    with World("sqlite", program=program) as world:
        timed(f"sample county of {residents}", world.sample, residents)
        world.init()
        timed("landed (two months)", world.land_all)
        linked = timed("linked", world.link)
        print(f"  {linked['records']} records, {linked['links']} links, {linked['doubts']} doubts", flush=True)
        with world.serving() as port:
            browser = Browser(port)
            browser.sign_in("sam.social", "social_worker/care_assessment")
            cookie = "; ".join(f"{k}={v}" for k, v in browser.cookies.items())
            searches = ["/find?q=" + urllib.parse.quote_plus(w) for w in words_of(world, 2000)]
            views = []
            for path in searches[:600]:
                views += re.findall(r'href="(/people/\d+)"', browser.ask("GET", path))[:1]
            views = sorted(set(views))
            if len(views) < 100:
                raise SystemExit(f"only {len(views)} of 600 searches found anybody")
            for what, paths in (("search", searches), ("single view", views)):
                load(build, port, 50, 2, 8, cookie, paths)  # warm
                for rate, connections in ((200, 32), (2000, 64), (0, 16)):
                    figures = load(build, port, rate, seconds, connections, cookie, paths)
                    figures["what"], figures["rate"] = what, rate
                    results.append(figures)
                    asked = f"{rate}/s asked" if rate else "as many as it gives"
                    print(f"{what:12} {asked:22} {figures['per_second']:>7.0f}/s answered  p50 {figures['p50_ms']:.2f} ms  "
                          f"p90 {figures['p90_ms']:.2f} ms  p99 {figures['p99_ms']:.2f} ms  ({figures['good']} of {figures['asked']} good)",
                          flush=True)
            how_well(browser, world)
            print(f"server's own memory at the end: {memory_of(world.server_process):.0f} MiB", flush=True)


if __name__ == "__main__":
    main()
