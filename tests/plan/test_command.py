#!/usr/bin/env python3
"""`staithe plan …`: exit statuses, the caret under a fault, JSON that parses; and the examples of docs/plan-language.md, which
must be plans. Prints TAP."""
import json
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.environ["STAITHE_SOURCE_ROOT"]
PROGRAM = os.path.join(os.environ["STAITHE_BUILD_ROOT"], "src", "program", "staithe")
HEAD = """years 2024-25 to 2028-29
unit £m print 0.001
unit % print 0.01
source C "Cabinet"
set dept
 ASC
 CS
 FIN
set line economic policy
"""
PLAN = HEAD + """given saving[dept] source C table 4
  ASC -1 -2 -3 -4 -5
  CS 1 1 1 1 1
  FIN 0 0 0 0 0
calc total = sum saving
check low that total <= 0
scenario more
  saving[ASC] = was * 2
table 1 "Savings"
  each for dept saving
  total "Total" total
"""
tests = []


def run(*words):
    return subprocess.run([PROGRAM, "plan", *words], capture_output=True, text=True, check=False)


def is_(what, got, wanted):
    tests.append((got == wanted, what, f"{got!r} instead of {wanted!r}"))


def write(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def statuses(folder):
    good, fails = write(folder, "good.plan", PLAN), write(folder, "fails.plan", PLAN.replace("<= 0", "<= -3"))
    wrong = write(folder, "wrong.plan", PLAN.replace("sum saving", "sum savign"))
    is_("a plan in order gives 0", run("check", good).returncode, 0)
    is_("a check that does not hold gives 1", run("check", fails).returncode, 1)
    answer = run("show", wrong)
    is_("a fault of the text gives 65", answer.returncode, 65)
    is_("and is said at its place",
        f"{wrong}:14:18: there is no row savign; did you mean saving?" in answer.stderr, True)
    is_("with a caret under it", "    14 | calc total = sum savign\n       |                  ^^^^^^\n" in answer.stderr, True)
    is_("a figure that is not there gives 66", run("explain", good, "totl@2024-25").returncode, 66)
    is_("so does a scenario", run("show", good, "--scenario", "less").returncode, 66)
    is_("a file that is not there gives 66", run("show", os.path.join(folder, "no.plan")).returncode, 66)
    is_("an unknown deed gives 64", run("chek", good).returncode, 64)
    is_("and a suggestion", "did you mean check?" in run("chek", good).stderr, True)
    is_("--help gives 0", run("--help").returncode, 0)


def answers(folder):
    good = os.path.join(folder, "good.plan")
    for words in (("check", good), ("show", good), ("show", good, "total"), ("table", good), ("table", good, "1"),
                  ("explain", good, "total@2024-25"), ("uses", good, "saving[ASC]@2025-26"),
                  ("diff", good, "more", "total@2025-26")):
        answer = run(*words, "--json")
        try:
            json.loads(answer.stdout)
            is_(f"plan {words[0]} {' '.join(words[2:])} answers in JSON".replace("  ", " "), answer.returncode, 0)
        except ValueError as fault:
            is_(f"plan {words[0]} answers in JSON", str(fault), "")
    is_("uses names what reads a figure", run("uses", good, "saving[ASC]@2025-26").stdout.split("\n")[0], "total@2025-26")
    bridge = json.loads(run("diff", good, "more", "total@2025-26", "--json").stdout)
    is_("diff says what moved", [(s["row"], s["change"]) for s in bridge["steps"]], [("saving", "2")])
    shown = json.loads(run("show", good, "total", "--scenario", "more", "--json").stdout)
    is_("a scenario is shown", shown["rows"][0]["values"], ["-1", "-3", "-5", "-7", "-9"])


def examples(folder):
    with open(os.path.join(ROOT, "docs", "plan-language.md"), encoding="utf-8") as file:
        blocks = re.findall(r"```\n(.*?)```", file.read(), re.S)
    write(folder, "base.csv", "department,line,gbp_m\nASC,Base Budget 2024-25,281.967\nCS,Base Budget 2024-25,238.592\n"
          "FIN,Base Budget 2024-25,3.0\n")
    numbers = iter(range(100))
    given = next(b for b in blocks if b.startswith("given rate"))
    register = next(b for b in blocks if b.startswith("saving S-ASC-1"))
    texts = [next(b for b in blocks if b.startswith("model")),
             HEAD + re.sub(r"given rate ", lambda _: f"given rate{next(numbers)} ", given),
             HEAD + "set place highways INF CES\n" + register]
    for number, text in enumerate(texts):
        answer = run("check", write(folder, f"example{number}.plan", text))
        is_(f"example {number} of docs/plan-language.md is a plan", (answer.returncode, answer.stderr), (0, ""))


def main():
    with tempfile.TemporaryDirectory() as folder:
        statuses(folder)
        answers(folder)
        examples(folder)
    print(f"1..{len(tests)}")
    for number, (done, what, why) in enumerate(tests, 1):
        if not done:
            print("# " + why)
        print(f"{'ok' if done else 'not ok'} {number} - {what}")
    return 0 if all(done for done, _, _ in tests) else 1


if __name__ == "__main__":
    sys.exit(main())
