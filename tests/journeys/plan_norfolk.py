#!/usr/bin/env python3
"""The Norfolk plan: its printed tables cell by cell, the counts of `plan check`, what may not change a figure and what must, and every
figure's explanation computed again by other means."""
import contextlib
import csv
import fractions
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

from world import BUILD, ROOT, Missing, Tap, shared_data

PROGRAM = os.path.join(BUILD, "src", "program", "staithe")
PLANS = os.path.join(ROOT, "county", "norfolk", "plan")
SEED = int(os.environ.get("STAITHE_TEST_SEED") or 20240508)
INPUTS = ["printed.plan", "common.plan", "reconstructed.plan"]


def plan(command, path, *words, status=0):
    done = subprocess.run([PROGRAM, "plan", command, path, *words], capture_output=True, text=True)
    if status is not None and done.returncode != status:
        raise RuntimeError(f"plan {command} {' '.join(words)} ended with {done.returncode}: {done.stderr or done.stdout}")
    return json.loads(done.stdout) if "--json" in words else done.stdout


@contextlib.contextmanager
def copy():
    """The county's plans in a folder of their own, to be changed."""
    with tempfile.TemporaryDirectory(prefix="staithe-plan-") as folder:
        yield shutil.copytree(PLANS, os.path.join(folder, "plan"))


def change(folder, name, function):
    path = os.path.join(folder, name)
    with open(path, encoding="utf-8") as file:
        text = file.read()
    with open(path, "w", encoding="utf-8") as file:
        file.write(function(text))


def figures(path, *words, status=0):
    """(row, year) to its exact value, of all rows or those named."""
    shown = plan("show", path, *words, "--json", status=status)
    return {(row["row"], year): value for row in shown["rows"] for year, value in zip(shown["years"], row["values"]) if value is not None}


# ---- The counts ----

def counts(tap):
    printed = plan("check", os.path.join(PLANS, "norfolk.plan"), "--json")
    seen = json.dumps({key: value for key, value in printed.items() if key not in ("findings", "ties_that_differ")})
    tap.note("printed figures: " + seen)
    tap.check("366 sums and ties between printed figures: 319 hold, 43 differ by rounding, 4 as declared",
              [printed[key] for key in ("ties", "ties_held", "ties_rounding", "ties_declared")] == [366, 319, 43, 4], seen)
    tap.check("from printed inputs every printed figure is computed, and each that differs is explained",
              printed["compared"] == 397 and printed["agreeing"] + printed["rounding"] + printed["anomalies"] == 397 and not printed["findings"], seen)
    carried = plan("check", os.path.join(PLANS, "norfolk-reconstructed.plan"), "--json")
    seen = json.dumps({key: value for key, value in carried.items() if key not in ("findings", "ties_that_differ")})
    tap.note("carried figures: " + seen)
    tap.check("from carried inputs 5 of 397 differ when each figure is rounded on its own", [carried["compared"], carried["agreeing_each"]] == [397, 392], seen)
    tap.check("and 2 by the tables' own rules, both declared", [carried["agreeing"], carried["anomalies"]] == [395, 2] and not carried["findings"], seen)
    said = plan("check", os.path.join(PLANS, "norfolk.plan"), "--all")
    tap.check("each tie that does not hold is listed with its bound or its reason",
              len(re.findall(r"^  tie .* apart, within [\d.]+: rounding", said, re.M)) == 43 and len(re.findall(r"^  tie .* apart, declared: \w", said, re.M)) == 4, said)
    tap.check("each printed figure that differs is listed with its bound and reason",
              len(re.findall(r"^    .*: prints \S+, computed \S+, within [\d.]+: \w", said, re.M)) == printed["rounding"] + printed["anomalies"], said)
    for name in ("norfolk-reconstructed.plan", "reconstructed.plan"):
        with open(os.path.join(PLANS, name), encoding="utf-8") as file:
            tap.check(f"{name} says that its figures are fitted and not the council's", "FITTED, NOT THE COUNCIL'S" in file.read())
    path = os.path.join(PLANS, "norfolk-reconstructed.plan")
    shown = [plan("table", path, "4"), plan("show", path, "gap"), plan("check", path)]
    tap.check("the program says so where they are shown", all(re.search(r"fitted", text) for text in shown) and plan("show", path, "gap", "--json")["fitted"], shown)
    plainly = os.path.join(PLANS, "norfolk.plan")
    tap.check("and not of the council's own figures", "fitted" not in plan("table", plainly, "4") and not plan("show", plainly, "gap", "--json")["fitted"])
    opened = plan("explain", os.path.join(PLANS, "norfolk-reconstructed.plan"), "gap@2026-27")
    tap.check("and so does each of them where it is opened", opened.count("not the council's") >= 6, opened)


# ---- Cell by cell ----

# The table, its file, and which columns of the file say line, column and value.
TABLES = [
    ("1", "table_01_extended_mtfs", "line", "year"), ("2", "table_02_pressure_commentary", "line", "year"),
    ("3", "table_03_net_budget_2025_26_by_department", "line", "department"), ("3a", "table_03_funding_2025_26", "line", "year"),
    ("4", "table_04_savings_by_department", "department", "year"), ("5", "table_05_council_tax_changes", "line", "year"),
    ("5a", "table_05_council_tax_rates", "line", "year"), ("6", "table_06_net_budget_by_department", "line", "year"),
    ("8", "table_08_saving_target_allocation", "department", "year"), ("9", "table_09_savings_requirement_2025_26", "department", "measure"),
    ("10", "table_10_savings_requirement_mtfs", "department", "year"),
    ("appendix-1", "appendix_1_budget_reconciliation_2024_25", "line", "department"),
    ("appendix-1-net", "appendix_1_net_budget_new_structure", "year", "department"),
    ("3.4.6", "productivity_3_4_6_budget_planning_position", "line", "year"), ("3.4.7", "productivity_3_4_7_savings_by_department", "department", "year"),
    ("3.4.11", "productivity_3_4_11_capital_programme", "line", "year"), ("3.4.15", "productivity_3_4_15_reserves", "line", "balance_date"),
]
OTHER_NAMES = {"Adult Social Care": "Adult Social Services", "CES": "Community and Environmental Services", "total": "Total", "2024-28": "2024-28"}
# Cells that the carried inputs do not print, and what they print instead (reference: findings of the pack).
DIFFERENT = {("6", "Budget Gap (cumulative)", "2028-29"): ("188.651", "188.652"), ("8", "Infrastructure", "2025-26"): ("9.250", "9.500")}


def read(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def value_of(row):
    return row.get("gbp_m") or row.get("percent") or row.get("value")


def printed_files():
    """The council's figures: the shared transcription where it lies beside the repository, else the plan's own."""
    try:
        return os.path.dirname(shared_data("norfolk-mtfs", "README.md")), "the transcription beside the repository"
    except Missing:
        return os.path.join(PLANS, "printed"), "the plan's own printed figures"


def table_cells(path, name):
    (table,) = plan("table", path, name, "--json")["tables"]
    cells = {}
    for row in table["rows"]:
        for column, figure in zip(table["columns"], row["figures"]):
            cells[row["label"], column] = figure
    return cells


def cell_by_cell(tap):
    folder, where = printed_files()
    tap.note("compared with " + where)
    path = os.path.join(PLANS, "norfolk-reconstructed.plan")
    total, different = 0, {}
    for name, file, line, column in TABLES:
        council, own = read(os.path.join(folder, file + ".csv")), read(os.path.join(PLANS, "printed", file + ".csv"))
        tap.check(f"table {name}: the plan's file of printed figures is the council's, figure by figure",
                  [value_of(row) for row in council] == [value_of(row) for row in own])
        cells = table_cells(path, name)
        for theirs, ours in zip(council, own):
            labels = [ours[key] for key in (line, column)]
            figure = next((cells[a, b] for a in (labels[0], OTHER_NAMES.get(labels[0])) for b in (labels[1], OTHER_NAMES.get(labels[1])) if (a, b) in cells), None)
            if name == "3.4.15" and labels[1] == "Reduction %":
                figure = table_cells(path, "3.4.15a")["Reduction %", "2027-28"]
            shown = figure and figure["shown"].replace(",", "").replace("%", "")
            total += 1
            if shown is None or fractions.Fraction(shown) != fractions.Fraction(value_of(theirs)):
                different[name, *labels] = (value_of(theirs), shown)
    tap.check(f"of {total} printed cells all but the two that no inputs give are the council's", total == 579 and different == DIFFERENT, f"{total} {different}")


# ---- What may not change a figure ----

def shuffled(text, order):
    """The statements in another order; the first unit stays the first, for it is that of rows that name none."""
    statements = re.split(r"^(?=[a-z])", re.sub(r"^#.*\n", "", text, flags=re.M), flags=re.M)
    units = [s for s in statements if s.startswith("unit ")]
    others = [s for s in statements if s.strip() and not s.startswith("unit ")]
    order.shuffle(others)
    return "\n".join(s.rstrip("\n") for s in units + others) + "\n"


def invariants(tap):
    path = os.path.join(PLANS, "norfolk.plan")
    before, checked = figures(path), plan("check", path, "--json")
    order = random.Random(SEED)
    tap.note(f"seed {SEED}")
    with copy() as folder:
        for name in os.listdir(folder):
            if name.endswith(".plan"):
                change(folder, name, lambda text: shuffled(text, order))
        there = os.path.join(folder, "norfolk.plan")
        same = figures(there)
        tap.check("the order of statements and files does not matter", same == before, [key for key in before if before[key] != same.get(key)])
        again = plan("check", there, "--json")
        for report in (again, checked):
            report["ties_that_differ"].sort(key=lambda tie: tie["cell"])
        tap.check("nor to what is checked", again == checked and not again["findings"])
    with copy() as folder:
        change(folder, "printed.plan", lambda text: re.sub(r"^virement .*\n(?:[ ].*\n)+", "", text, flags=re.M))
        without = figures(os.path.join(folder, "norfolk.plan"))
        totals = [key for key in before if re.match(r"(total-net|gap|gap-to-date|pressures|savings|net\[|council-tax|requirement|capital-total)", key[0])]

        def restructured(values):
            return sum(fractions.Fraction(value) for (row, year), value in values.items() if row.startswith("restructured[") and year == "2024-25")
        tap.check("virements change no total", len(totals) > 40 and all(before[key] == without[key] for key in totals) and restructured(before) == restructured(without))
        tap.check("and do move the departments", before["restructured[CES]", "2024-25"] != without["restructured[CES]", "2024-25"])
    tap.check("a scenario without a change is the plan", figures(path, "--scenario", "as-planned") == before)
    tap.check("pay at 3% is the plan but for how it says so", {k: v for k, v in figures(path, "--scenario", "pay-3").items() if fractions.Fraction(v) != fractions.Fraction(before[k])} == {})


# ---- What must change it, and by how much ----

LINEAR = r"(pressure|growth|saving|savings|funding|net|total-net|gap|gap-to-date|council-tax|council-tax-change|requirement|grown-base|tax-increase|precept|" \
         r"one-percent|restructured|existing|capital|capital-total|capital-programme|balance|floor-closed|floor-nothing-done|to-share|department-pressure)$"


def twice(text):
    """All amounts of money of a file of inputs, doubled; percentages and years stay."""
    done = []
    for statement in re.split(r"^(?=[a-z#])", text, flags=re.M):
        if re.match(r"(given|virement) ", statement) and not re.match(r"given [^\n]*%", statement):
            statement = re.sub(r"(?<![\w.\"-])-?\d+\.\d+(?![\w.%\"])", lambda m: str(fractions_text(2 * fractions.Fraction(m.group()))), statement)
        done.append(statement)
    return "".join(done)


def fractions_text(value):
    return f"{'-' if value < 0 else ''}{abs(value.numerator * 10000 // value.denominator) // 10000}.{abs(value.numerator * 10000 // value.denominator) % 10000:04d}"


def doubled(tap):
    for name in ("norfolk.plan", "norfolk-reconstructed.plan"):
        before = figures(os.path.join(PLANS, name))
        with copy() as folder:
            for file in INPUTS:
                change(folder, file, twice)
            change(folder, "tables.plan", lambda text: re.sub(r"^  anomaly .*\n", "", text, flags=re.M))
            for file in os.listdir(os.path.join(folder, "printed")):
                if "rates" not in file:
                    change(folder, os.path.join("printed", file), lambda text: re.sub(r"-?\d+\.\d+$", lambda m: fractions_text(2 * fractions.Fraction(m.group())), text, flags=re.M))
            after = figures(os.path.join(folder, name))
        keys = [key for key in before if re.match(LINEAR, key[0].split("[")[0])]
        wrong = [(key, before[key], after[key]) for key in keys if 2 * fractions.Fraction(before[key]) != fractions.Fraction(after[key])]
        tap.check(f"{name}: every input doubled doubles each of {len(keys)} linear figures", len(keys) > 300 and not wrong, wrong[:20])


def scenarios(tap):
    path = os.path.join(PLANS, "norfolk-reconstructed.plan")

    def gap(*words):
        return {year: fractions.Fraction(value) for (_, year), value in figures(path, "gap", *words).items()}

    def one(row, year, *words):
        return fractions.Fraction(figures(path, row, *words)[row, year])
    base, one_percent = gap(), one("one-percent", "2025-26")
    tap.check("one percent of council tax is £5.297m on the grown base", round(one_percent, 3) == fractions.Fraction("5.297"), float(one_percent))
    rise = gap("--scenario", "full-rise")
    tap.check("council tax at 4.99% closes the gap by twice that", base["2025-26"] - rise["2025-26"] == 2 * one_percent)
    none = gap("--scenario", "no-rise")
    tap.check("no rise opens it by 2.99 times that", none["2025-26"] - base["2025-26"] == one_percent * fractions.Fraction("2.99"))
    for name, points in (("pay-2", -1), ("pay-4", 1)):
        moved = gap("--scenario", name)["2025-26"] - base["2025-26"]
        tap.check(f"{name} moves it by a third of £10m", abs(moved - points * fractions.Fraction(10, 3)) < fractions.Fraction(1, 1000), float(moved))
        tap.check(f"{name}: pressures by line and by department still agree", not [f for f in plan("check", path, "--scenario", name, "--json", status=None)["findings"] if "both-margins" in f["sentence"]])
    premium = base["2025-26"] - gap("--scenario", "second-homes")["2025-26"]
    tap.check("a thousand second homes bring a thousand times the Band D amount",
              premium * 1000000 == 1000 * one("band-d-amount", "2025-26"), float(premium))
    shares = [round(one(row, "2027-28"), 4) for row in ("share-closed", "share-nothing-done")]
    tap.check("general balances are 5.25% of the budget with the gap closed and 4.25% if nothing is done", shares == [fractions.Fraction("0.0525"), fractions.Fraction("0.0425")], shares)
    implied = figures(os.path.join(PLANS, "norfolk.plan"), "department-pressure")
    tap.check("the pressures that Table 6 reveals", [implied[f"department-pressure[{d}]", y] for d, y in (("Adults", "2026-27"), ("CES", "2027-28"), ("Finance", "2028-29"))] == ["21.845", "6.676", "27.901"], implied)


# ---- Explanations, computed again ----

F = fractions.Fraction


def half_away(value, step):
    """The multiple of the step nearest to the value, half away from nought."""
    times = abs(value) / step
    whole = times.numerator // times.denominator
    whole += times - whole >= F(1, 2)
    return whole * step if value >= 0 else -whole * step


OPERATIONS = {
    "negate": lambda p, _: -p[0], "absolute": lambda p, _: abs(p[0]), "add": lambda p, _: sum(p), "subtract": lambda p, _: p[0] - p[1],
    "multiply": lambda p, _: p[0] * p[1], "min": lambda p, _: min(p), "max": lambda p, _: max(p), "round": lambda p, _: half_away(p[0], p[1]),
    "round_ratio": lambda p, _: half_away(p[0] / p[1], p[2]), "ratio": lambda p, n: half_away(p[0] / p[1], F(1, 10 ** n)),
    "shift": lambda p, n: p[0] * F(10) ** n, "not": lambda p, _: F(p[0] == 0), "equal": lambda p, _: F(p[0] == p[1]),
    "different": lambda p, _: F(p[0] != p[1]), "less": lambda p, _: F(p[0] < p[1]), "less_equal": lambda p, _: F(p[0] <= p[1]),
    "greater": lambda p, _: F(p[0] > p[1]), "greater_equal": lambda p, _: F(p[0] >= p[1]),
}


class Tree:
    """The figures of `plan explain --json`, each computed from what it says it reads, down to the givens."""

    def __init__(self, told):
        self.cells = {cell["cell"]: cell for cell in told["cells"]}
        self.values = {}

    def cell(self, name):
        if name not in self.values:
            cell = self.cells[name]
            self.values[name] = self.node(cell["tree"]) if "tree" in cell else F(cell["value"])
        return self.values[name]

    def node(self, node):
        if isinstance(node, str):
            return F(node)
        if "cell" in node:
            return self.cell(node["cell"])
        return OPERATIONS[node["operation"]]([self.node(part) for part in node["parts"]], node.get("places"))

    def wrong(self):
        return [(name, cell["value"], str(self.cell(name))) for name, cell in self.cells.items() if self.cell(name) != F(cell["value"])]


def random_inputs(text, order):
    """Each amount of the given rows replaced by another with as many decimals; registers stay, for they must add up to nothing."""
    done = []
    for statement in re.split(r"^(?=[a-z#])", text, flags=re.M):
        if statement.startswith("given "):
            statement = re.sub(r"(?<![\w.\"-])-?\d+\.(\d+)(?![\w.%\"])",
                               lambda m: f"{order.uniform(0.1, 9) if '%' in statement.split(chr(10))[0] else order.uniform(-300, 300):.{len(m.group(1))}f}", statement)
        done.append(statement)
    return "".join(done)


def explanations(tap):
    order = random.Random(SEED)
    for name in ("norfolk.plan", "norfolk-reconstructed.plan"):
        tree = Tree(plan("explain", os.path.join(PLANS, name), "--json"))
        tap.check(f"{name}: each of {len(tree.cells)} figures is what its explanation computes to", len(tree.cells) > 900 and not tree.wrong(), tree.wrong()[:10])
        for turn in range(3):
            with copy() as folder:
                for file in INPUTS:
                    change(folder, file, lambda text: random_inputs(text, order))
                tree = Tree(plan("explain", os.path.join(folder, name), "--json"))
            tap.check(f"{name}: so with other inputs (seed {SEED}, turn {turn + 1})", len(tree.cells) > 900 and not tree.wrong(), tree.wrong()[:10])
    path = os.path.join(PLANS, "norfolk.plan")
    (first, *_), everything = plan("explain", path, "gap-to-date@2028-29", "--json")["cells"], Tree(plan("explain", path, "gap-to-date@2028-29", "--json"))
    tap.check("a figure opened alone brings all below it", first["cell"] == "gap-to-date@2028-29" and everything.cell(first["cell"]) == F(first["value"]))
    unsourced = [c["cell"] for c in everything.cells.values() if c["how"] == "given" and "source" not in c]
    tap.check("and every given in it names its source", not unsourced, unsourced)


# ---- Registers, and faults that must be told ----

def registers(tap):
    path = os.path.join(PLANS, "norfolk-example.plan")
    plan("check", path)
    with copy() as folder:
        there = os.path.join(folder, "norfolk-example.plan")

        def fault(name, old, new, *words):
            path = os.path.join(folder, "example-registers.plan")
            with open(path, encoding="utf-8") as file:
                text = file.read()
            with open(path, "w", encoding="utf-8") as file:
                file.write(text.replace(old, new, 1))
            told = plan("check", there, "--json", status=None)
            tap.check(name, old in text and any(all(w in f["sentence"] for w in words) for f in told["findings"]), told["findings"])
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        fault("an approved saving without its equality impact assessment is a fault", "state proposed  eqia drafted  consultation running", "state approved  eqia drafted  consultation done", "EX-1", "eqia")
        fault("one without its consultation too", "state proposed  eqia drafted  consultation running", "state approved  eqia done  consultation running", "EX-1", "consultation")
        fault("a bid is not approved before its business case is done", "state proposed  business-case drafted", "state approved  business-case drafted", "EX-B1", "business-case")
        fault("a failed saving must be replaced pound for pound", "   -1.000    0.000    0.000    0.000\n\nbid", "   -0.900    0.000    0.000    0.000\n\nbid", "EX-3")
        fault("bids past the provision are a fault", "in 2025-26  3.000", "in 2025-26  4.500", "26", "more than may be spent")
    with copy() as folder:
        change(folder, "ties.plan", lambda text: text.replace("by 0.600 because", "by 0.500 because"))
        told = plan("check", os.path.join(folder, "norfolk.plan"), "--json", status=1)
        tap.check("a declared difference that is another one is a fault", any("t9-is-t4" in f["sentence"] for f in told["findings"]), told["findings"])
    with copy() as folder:
        change(folder, "printed.plan", lambda text: text.replace("24.360   24.902", "24.460   24.902"))
        told = plan("check", os.path.join(folder, "norfolk.plan"), "--json", status=1)
        tap.check("an input that was typed wrong is found by the table that it stands in", any("table 1, Economic" in f["sentence"] for f in told["findings"]), told["findings"])


def registers_of_the_papers(tap):
    """Table 7 and the risks of paragraph 10.3, word for word."""
    folder, _ = printed_files()
    with open(os.path.join(PLANS, "timetable.plan"), encoding="utf-8") as file:
        steps = re.findall(r'^step (\S+) "([^"]*)"\s+when "([^"]*)"(  tbc)?(  external)?$', file.read(), re.M)
    wanted = []
    for row in read(os.path.join(folder, "table_07_budget_timetable.csv")):
        number = row["step_no"] + ("." + row["sub_step_no"] if row["sub_step_no"] else "")
        tbc = row["time_to_be_confirmed"] == "yes"
        wanted.append((number, row["step"], row["time_frame"].removeprefix("TBC ") if tbc else row["time_frame"], "  tbc" if tbc else "",
                       "  external" if row["external_event"] == "yes" else ""))
    tap.check("the timetable is Table 7, step by step, with what is to be confirmed and what is another body's", steps == wanted, [pair for pair in zip(steps, wanted) if pair[0] != pair[1]])
    with open(os.path.join(PLANS, "risks.plan"), encoding="utf-8") as file:
        text = file.read()
    risks = dict(re.findall(r'^risk (RM\w+) "([^"]*)"', text, re.M))
    tap.check("the corporate risks are those of paragraph 10.3", risks == {row["risk_id"]: row["risk"] for row in read(os.path.join(folder, "item_9_10_3_corporate_risks.csv"))}, risks)
    tap.check("and each says that its figures are an example, and on what they rest", len(re.findall(r"^  source X \w", text, re.M)) == len(re.findall(r"^risk ", text, re.M)) == 11)
    tree = plan("explain", os.path.join(PLANS, "norfolk.plan"), "--json")["cells"]
    unsourced = sorted({cell["cell"] for cell in tree if cell["how"] == "given" and "source" not in cell and not re.match(r"(proposed|bid)\[", cell["cell"])})
    tap.check("every given of the plan names its source, but for registers without a line", not unsourced, unsourced[:20])


def main():
    tap = Tap()
    for name, story in (("counts", counts), ("cell by cell", cell_by_cell), ("what may not change a figure", invariants), ("doubling", doubled),
                        ("scenarios", scenarios), ("explanations", explanations), ("registers", registers),
                        ("registers of the papers", registers_of_the_papers)):
        tap.story(name, story)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
