#!/usr/bin/env python3
"""What a plan is exported as: the workbook, whose formulas LibreOffice computes again with all cached values poisoned; the budget book; tables
as CSV. The plans are Norfolk's and a small one that uses every operation and texts that a spreadsheet would take for formulas."""
import csv
import json
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from fractions import Fraction

ROOT, BUILD = os.environ["STAITHE_SOURCE_ROOT"], os.environ["STAITHE_BUILD_ROOT"]
sys.path[:0] = [os.path.join(ROOT, "tests", "plan"), os.path.join(ROOT, "tests", "journeys")]
import workbook  # noqa: E402
from world import Tap  # noqa: E402

STAITHE = os.path.join(BUILD, "src", "program", "staithe")
NORFOLK = os.path.join(ROOT, "county", "norfolk", "plan")

NASTY = """model nasty "=1+1 & <b>"
years 2024-25 to 2028-29
unit £m print 0.001
unit % print 0.01
source F "+fitted" fitted
source C "@council"
set dept "=HYPERLINK(1)"
  ASC "-Adult Social Services"
  CS  "+Children's [Services]"
  FIN "=2+3"
set part of dept ASC FIN
given cost[dept] "=cost" from 2024-25 100.1  source C table 1
given rate % from 2024-25 3.3  source F fitted
given base 2024-25 500.123  source C
given share[dept] % always
  ASC 50
  CS 30
  FIN 20
calc base from 2025-26 = base' * (1 + rate) + 0.1 * sum cost
calc capped[dept] = min(cost, base * share, 130) + max(cost, 90)
calc choice[dept] = if cost > 101 and rate < 3.5% then capped * rate else if dept is CS then -cost else base
calc steps[dept] = round(cost * 1.037, 0.250) + ratio(cost, base, 5) * £1m + round(cost / base, 0.001) * £1m
calc far = abs(sum cost - 301) + largest cost - smallest capped
calc some = sum cost over part + ((sum base from 2024-25 to 2025-26) in £k) in £m
calc tiny = 0.0000001234567890123456789 * base
check near that far <= 1000 within 0.001
rule never that far <= 0 in 2026-27
table one "=Totals [x]"
  columns 2024-25 to 2028-29, total
  each for dept  cost
  subtotal "=sub"
  printed "parts" sum steps - far
  total "@total"
scenario other "Other"
  cost[ASC] = was * 1.1
  rate from 2026-27 = was + 0.25%
"""


def check(tap, holds, name, seen=""):
    tap.check(name, holds, seen)


def export(folder, plan, *more):
    name = os.path.join(folder, "out")
    done = subprocess.run([STAITHE, "plan", "export", plan, "--xlsx", name + ".xlsx", "--html", name + ".html", "--csv", name, "--draws", "2000",
                           *more], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return name


def check_texts(tap, cells):
    texts = {value for sheet in cells.values() for formula, kind, value in sheet.values() if kind == "s" and formula is None}
    wanted = {"=cost, =2+3", "=Totals [x]", "@total", "=sub"}
    check(tap, wanted <= texts, "text that begins like a formula stands in the workbook as text", repr(wanted - texts))
    check(tap, all(len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in cells), "names of sheets are such as spreadsheets take",
              repr(list(cells)))
    formulas = sum(1 for sheet in cells.values() for formula, _, _ in sheet.values() if formula is not None)
    typed = {a: v for a, v in cells["Computed"].items() if v[0] is None and v[1] == "n" and v[2] is not None}
    check(tap, formulas > 100 and not typed, "each computed figure is a live formula", repr(typed))


def check_book(tap, name, title):
    with open(name + ".html", encoding="utf-8") as file:
        page = file.read()
    check(tap, "<script" not in page and not re.search(r"(src|href)=\"(?!#)", page), f"{title}: the budget book needs nothing else and runs nothing")
    for svg in re.findall(r"<svg.*?</svg>", page, re.S):
        root = ET.fromstring(svg)
        check(tap, [child.tag.split("}")[1] for child in root][:2] == ["title", "desc"] and all((child.text or "") for child in root[:2]),
                  f"{title}: a picture has title and description: {root[0].text}")
    pictures, tables = page.count("<figure>"), len(re.findall(r"<figure>(?:(?!</figure>).)*<table>", page, re.S))
    check(tap, pictures == tables and pictures > 0, f"{title}: beside each picture stands its table", f"{pictures} pictures, {tables} tables")
    return page


def recomputed(tap, folder, name, title):
    poisoned = os.path.join(folder, "poisoned.xlsx")
    count = workbook.poison(name + ".xlsx", poisoned)
    out, seconds = workbook.recalculate(poisoned, folder)
    compared, ties, faults = workbook.compare(workbook.sheets(name + ".xlsx"), workbook.sheets(out))
    for line in ties:
        print("# within 1e-9 of a tie:", line)
    check(tap, compared == count > 0 and not faults,
              f"{title}: LibreOffice computes all {compared} poisoned cells as the engine does, to the thousandth ({len(ties)} beside a tie)",
              "\n# ".join(faults[:10]))


def questions(tap):
    """The commands' answers on Norfolk's plan: one per cent of council tax is £5.297m on the grown base (the text: about £5.3m)."""
    plan = os.path.join(NORFOLK, "norfolk-reconstructed.plan")

    def ask(*words):
        done = subprocess.run([STAITHE, "plan", *words, "--json"], capture_output=True, text=True)
        assert done.returncode in (0, 1), done.stderr
        return json.loads(done.stdout)

    effects = {e["cell"]: Fraction(e["difference"]) for e in ask("what-if", plan, "band-d@2025-26 += 1")["effects"]}
    grown = Fraction(ask("explain", plan, "grown-base@2025-26")["cells"][0]["value"])
    check(tap, effects["gap@2025-26"] == -grown / 100 and round(-effects["gap@2025-26"], 3) == Fraction("5.297"),
          "one per cent of council tax is a hundredth of the grown base: 5.297", str(effects.get("gap@2025-26")))
    answer = ask("what-if", plan, "band-d@2025-26 = ?", "--seek", "gap@2025-26", "0", "--places", "4")
    above, below = Fraction(answer["above"]["output"]), Fraction(answer["below"]["output"])
    check(tap, answer["found"] and above <= 0 <= below and Fraction(answer["above"]["amount"]) - Fraction(answer["below"]["amount"]) == Fraction(1, 10**6),
          "goal seek names the two neighbouring rates between which the gap closes", str(answer))
    one, two = (subprocess.run([STAITHE, "plan", "simulate", plan, "balances-after-risks", "--draws", "30001", "--threads", n, "--json"],
                               capture_output=True).stdout for n in "12")
    check(tap, one == two and json.loads(one)["estimate"], "a simulation gives the same bytes with one thread and with two, and says that it estimates")
    chances = [c["chance"] for c in json.loads(one)["checks"]]
    check(tap, chances and all(0 <= c <= 1 for c in chances) and len(json.loads(one)["checks"][0]["needed"]) == 5,
          "it says how surely balances stay above the floor, year by year, and what it takes", str(chances))


def main():
    tap = Tap()
    if os.path.exists(os.path.join(NORFOLK, "norfolk-reconstructed.plan")):
        questions(tap)
    plans = [("nasty", None, ()), ("nasty", None, ("--scenario", "other"))]
    plans += [(name, os.path.join(NORFOLK, name + ".plan"), ()) for name in ("norfolk", "norfolk-reconstructed")
              if os.path.exists(os.path.join(NORFOLK, name + ".plan"))]
    have = workbook.soffice()
    for title, path, more in plans:
        with tempfile.TemporaryDirectory() as folder:
            if path is None:
                path = os.path.join(folder, "nasty.plan")
                with open(path, "w", encoding="utf-8") as file:
                    file.write(NASTY)
            name, label = export(folder, path, *more), title + (" in a scenario" if more else "")
            cells = workbook.sheets(name + ".xlsx")
            page = check_book(tap, name, label)
            if title == "nasty":
                check_texts(tap, cells)
                check(tap, "<b>" not in page.split("<body>")[1] and "&lt;b&gt;" in page, f"{label}: the book escapes what it prints")
                check(tap, "‡" in page, f"{label}: what rests on fitted figures is marked")
                with open(os.path.join(name, "table_one.csv"), encoding="utf-8", newline="") as file:
                    rows = list(csv.reader(file))
                check(tap, rows[0][0] == "'=Totals [x]" and rows[1][0] == "'-Adult Social Services" and float(rows[-1][1]) != 0,
                          f"{label}: a table's CSV defuses its words and leaves its figures", repr(rows[:2]))
            if have:
                recomputed(tap, folder, name, label)
            else:
                tap.skip(f"{label}: LibreOffice computes the workbook again", "soffice is not installed (libreoffice-calc-nogui)")
    return tap.done()


sys.exit(main())
