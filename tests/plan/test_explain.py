#!/usr/bin/env python3
"""The explanation's tree of every figure, computed here with Python's fractions from the givens alone, gives the figure;
also after every given is replaced by a random one (by a scenario that says so). Prints TAP."""
import json
import os
import random
import subprocess
import sys
import tempfile
from fractions import Fraction

ROOT = os.environ["STAITHE_SOURCE_ROOT"]
PROGRAM = os.path.join(os.environ["STAITHE_BUILD_ROOT"], "src", "program", "staithe")

PLAN = """
years 2024-25 to 2028-29
unit £m print 0.001
unit % print 0.01
unit homes print 1
set dept
  ASC
  CS
  FIN
set front of dept ASC CS
set line economic policy
given rate %   from 2025-26 1.99
given growth % from 2025-26 1
given homes homes 313647 313700 313800 313900 314000
given band £ always 1672.11
given requirement 2024-25 524.4529
given pressure[line,dept]
  economic ASC 1.5 2.25 3 4 5
  economic CS 6.001 7 8 9 10
  economic FIN 0 0 1 1 2
  policy ASC -1 -2 -3 -4 -5
  policy CS 0.5 0.5 0.5 0.5 0.5
  policy FIN 1 1 1 1 1
given net[dept] 2024-25 100
calc grown from 2025-26 = requirement' * (1 + growth)
calc requirement from 2025-26 = grown * (1 + rate)
calc net[dept] from 2025-26 = net' + sum pressure
calc gap from 2025-26 = sum net - requirement
calc yield = (band * homes) in £m
calc share[dept] % = ratio(net, sum net over dept, 6)
calc target[front] = round(share * £44.722m - pressure[policy], 0.250)
calc target[FIN] = round(net / 3, 0.250)
calc mixed[dept] = if dept in front and year > 2025-26 then max(net, net', 0.1) - abs(target) else min(net, target, 7)
calc every = sum pressure over line and dept and years + largest net - smallest net
calc back from 2026-27 = net[ASC]'' + gap' - 2 * yield
calc test[dept] = if net > 101 or share < 20% then 1 else -1
"""


def value(tree, known):
    if isinstance(tree, str):
        return Fraction(tree)
    if "cell" in tree:
        return known[tree["cell"]]
    parts = [value(part, known) for part in tree["parts"]]
    operation = tree["operation"]
    if operation == "add":
        return sum(parts, Fraction(0))
    if operation == "subtract":
        return parts[0] - parts[1]
    if operation == "multiply":
        return parts[0] * parts[1]
    if operation == "negate":
        return -parts[0]
    if operation == "absolute":
        return abs(parts[0])
    if operation == "min":
        return min(parts)
    if operation == "max":
        return max(parts)
    if operation == "shift":
        return parts[0] * Fraction(10) ** tree["places"]
    if operation == "round":
        return nearest(parts[0] / parts[1]) * parts[1]
    if operation == "ratio":
        return Fraction(nearest(parts[0] / parts[1] * 10 ** tree["places"]), 10 ** tree["places"])
    if operation == "round_ratio":
        return nearest(parts[0] / parts[1] / parts[2]) * parts[2]
    raise ValueError(operation)


def nearest(x):
    whole = (2 * abs(x) + 1) // 2
    return whole if x >= 0 else -whole


def explain(path, cell, scenario=None):
    words = [PROGRAM, "plan", "explain", path, cell, "--json"] + (["--scenario", scenario] if scenario else [])
    return json.loads(subprocess.run(words, capture_output=True, text=True, check=True).stdout)["cells"]


def check(path, cell, scenario=None):
    """Computes the cell's tree from its leaves up; returns a sentence when it differs, and the number of nodes."""
    cells = {c["cell"]: c for c in explain(path, cell, scenario)}
    known, stack = {}, [cell]

    def reads(tree):
        if isinstance(tree, dict):
            if "cell" in tree:
                yield tree["cell"]
            for part in tree.get("parts", []):
                yield from reads(part)

    while stack:
        at = stack[-1]
        entry = cells[at]
        if at in known:
            stack.pop()
        elif "tree" not in entry:
            known[at] = Fraction(entry["value"])
        else:
            missing = [r for r in reads(entry["tree"]) if r not in known]
            if missing:
                stack += missing
            else:
                known[at] = value(entry["tree"], known)
                if known[at] != Fraction(entry["value"]):
                    return f"{at} is {entry['value']}, its tree gives {float(known[at])}", len(cells)
    return None, len(cells)


def main():
    random.seed(4)
    print("1..2")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "test.plan")
        lines, scenario = PLAN.split("\n"), ["scenario other"]
        for row, members in (("rate", ""), ("growth", ""), ("homes", ""), ("band", ""), ("pressure", "[economic]"),
                             ("pressure", "[policy,CS]"), ("net", "[ASC]")):
            amount = random.randint(1, 10**6)
            unit = "%" if row in ("rate", "growth") else ""
            span = " in 2024-25" if row == "net" else " from 2025-26" if unit else ""
            text = f"{amount / 10**5:.5f}{unit}" if unit else f"{amount / 1000:.3f}"
            if row in ("homes", "band"):
                text = str(amount)
            scenario.append(f"  {row}{members}{span} = {text}")
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(lines + scenario) + "\n")
        shown = json.loads(subprocess.run([PROGRAM, "plan", "show", path, "--json"], capture_output=True, text=True,
                                          check=True).stdout)
        figures = [row["row"] + "@" + shown["years"][i] for row in shown["rows"] for i, v in enumerate(row["values"])
                   if v is not None and len(row["values"]) > 1]
        for number, (name, what) in enumerate(((None, "the plan"), ("other", "a scenario that replaces its givens")), 1):
            faults, nodes = [], 0
            for figure in figures[::7] + figures[-20:]:
                fault, count = check(path, figure, name)
                nodes += count
                if fault:
                    faults.append(fault)
            for fault in faults[:5]:
                print("# " + fault)
            print(("not ok" if faults or nodes < 100 else "ok") + f" {number} - the trees of {what} give their figures "
                  f"({nodes} cells recomputed with fractions)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
