#!/usr/bin/env python3
"""Runs every test of a meson build folder and ends in one line: N passed, N failed, N skipped.

    tests/run.py BUILD [--only WORDS] [--jobs N] [--verbose]

Each test is a program that prints TAP; each TAP line counts as one. A skip says its reason as `ok 3 - name # SKIP reason`, or, where
the harness has no place for it, on the line before as `# reason: …`. A program that ends with a failure, a signal, or
before it printed all that it planned counts as failed, whatever it printed.
"""
import argparse
import concurrent.futures
import json
import os
import re
import signal
import subprocess
import sys
import time

import postgres

POINT = re.compile(r"^\s*(not ok|ok)\b\s*(\d+)?\s*(?:-\s*)?(.*)$")
SKIP = re.compile(r"#\s*skip\w*\b[:\s]*(.*)$", re.I)
PLAN = re.compile(r"^\s*1\.\.(\d+)")


def run_one(test, server):
    started = time.monotonic()
    env = dict(os.environ, STAITHE_TEST_POSTGRESQL=server)
    env.update(test["env"])
    limit = test.get("timeout") or 30
    limit = limit * 10 if limit < 600 else limit
    if not os.path.exists(test["cmd"][0]):
        return test, [("failed", f"{test['cmd'][0]} was not built", "")], "", 0.0
    process = subprocess.Popen(test["cmd"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=env,
                               cwd=test.get("workdir") or None, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        output, _ = process.communicate(timeout=limit)
        late = False
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
        late = True
    text = output.decode("utf-8", "replace")
    points, planned, reason = [], 0, ""
    for line in text.splitlines():
        plan = PLAN.match(line)
        if plan:
            planned += int(plan.group(1))
            continue
        said = re.match(r"^\s*#\s*reason:\s*(.*)$", line)
        if said:
            reason = said.group(1)
            continue
        point = POINT.match(line)
        if not point:
            continue
        state = "failed" if point.group(1) == "not ok" else "passed"
        words = point.group(3)
        skip = SKIP.search(words)
        if skip and words.startswith("#"):  # cmocka writes `not ok 2 # SKIP name`.
            points.append(("skipped", skip.group(1).strip(), reason))
        elif skip and state == "passed":
            state = "skipped"
            words = SKIP.sub("", words).strip()
            points.append((state, words, skip.group(1).strip() or reason))
        else:
            points.append((state, words, ""))
        reason = ""
    if late:
        points.append(("failed", f"ended after {limit:.0f} seconds without finishing", ""))
    elif process.returncode != 0 and not any(p[0] == "failed" for p in points):
        points.append(("failed", f"the program ended with status {process.returncode}", ""))
    elif planned != len(points):
        points.append(("failed", f"{planned} tests were planned, {len(points)} reported", ""))
    return test, points, text, time.monotonic() - started


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--only", default="")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 2)
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--also", action="append", default=[], metavar="BUILD:NAME,…",
                        help="these tests of another build too: what is timed is timed on the release build")
    options = parser.parse_args()
    tests = json.loads(subprocess.check_output(["meson", "introspect", "--tests", options.build]))
    if options.only:
        tests = [t for t in tests if options.only in t["name"] or options.only in t.get("suite", [])
                 or any(options.only == s.split(":")[-1] for s in t.get("suite", []))]
    for also in options.also:
        other, names = also.split(":", 1)
        for test in json.loads(subprocess.check_output(["meson", "introspect", "--tests", other])):
            if test["name"] in names.split(","):
                tests.append(dict(test, name=f"{test['name']} ({other})", is_parallel=False))
    # Tests that are alone on the machine (browser, timings) come last, one at a time; long ones first.
    alone = [t for t in tests if not t.get("is_parallel", True)]
    together = sorted((t for t in tests if t.get("is_parallel", True)), key=lambda t: -t.get("priority", 0))
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    skipped, failed = [], []

    def report(done):
        test, points, text, seconds = done
        tally = {state: sum(1 for p in points if p[0] == state) for state in counts}
        for state in counts:
            counts[state] += tally[state]
        for state, words, reason in points:
            if state == "skipped":
                skipped.append(f"{test['name']}: {words}: {reason or 'no reason given'}")
            elif state == "failed":
                failed.append(f"{test['name']}: {words}")
        print(f"{'FAIL' if tally['failed'] else 'ok  '} {test['name']}: {tally['passed']} passed"
              + (f", {tally['failed']} failed" if tally["failed"] else "")
              + (f", {tally['skipped']} skipped" if tally["skipped"] else "") + f" ({seconds:.1f} s)", flush=True)
        if tally["failed"] or options.verbose:
            tail = text if options.verbose else text[-12000:]
            print("    " + tail.replace("\n", "\n    "), flush=True)

    # One private PostgreSQL server for all tests; each makes databases of its own in it.
    with postgres.Server() as server:
        with concurrent.futures.ThreadPoolExecutor(max_workers=options.jobs) as pool:
            for done in concurrent.futures.as_completed([pool.submit(run_one, t, server) for t in together]):
                report(done.result())
        for test in alone:
            report(run_one(test, server))
    for line in skipped:
        print("skipped: " + line)
    for line in failed:
        print("failed: " + line)
    print(f"{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped")
    return 1 if counts["failed"] or not counts["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
