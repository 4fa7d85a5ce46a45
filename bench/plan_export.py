#!/usr/bin/env python3
"""The Norfolk plan: the engine beside LibreOffice, which computes the exported workbook again, and draws a second.

    plan_export.py BUILD [DRAWS]

LibreOffice's time to start and to write a file is taken off: it is that of the same workbook with values in place of its formulas. Processor time
is of the process with its children (user + system), so neighbours matter less; wall clock stands beside it. Medians of three."""
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests", "plan"))
import workbook  # noqa: E402

BUILD = os.path.abspath(sys.argv[1])
DRAWS = sys.argv[2] if len(sys.argv) > 2 else "1000000"
STAITHE, ENGINE = os.path.join(BUILD, "src", "program", "staithe"), os.path.join(BUILD, "bench", "bench_plan")
PLAN = os.path.join(ROOT, "county", "norfolk", "plan", "norfolk.plan")


def timed(function, *arguments):
    """Medians of (wall clock, processor) seconds."""
    walls, processors = [], []
    for _ in range(3):
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        function(*arguments)
        walls.append(time.monotonic() - started)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        processors.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(walls), statistics.median(processors)


def run(*words):
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def without_formulas(path, to):
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            data = source.read(name)
            if name.startswith("xl/worksheets/sheet"):
                data = re.sub(r"<f>[^<]*</f>", "", data.decode()).encode()
            target.writestr(name, data)


def show(what, pair):
    print(f"{what:<75} {pair[1]:8.3f} s processor {pair[0]:8.3f} s wall", flush=True)


def main():
    print(f"load {os.getloadavg()[0]:.1f}")
    print(run(ENGINE, "file", PLAN, "band-d@2025-26").strip())
    with tempfile.TemporaryDirectory() as folder:
        book = os.path.join(folder, "book.xlsx")
        show("staithe: read, compute all, check, print", timed(run, STAITHE, "plan", "check", PLAN))
        show("staithe: the same and the workbook with all its formulas", timed(run, STAITHE, "plan", "export", PLAN, "--xlsx", book))
        for threads in ("1", "2"):
            pair = timed(run, STAITHE, "plan", "simulate", PLAN, "balances-after-risks", "--draws", DRAWS, "--threads", threads)
            show(f"staithe: {int(DRAWS):,} draws, {threads} thread(s), all quantiles ({int(DRAWS) / pair[1] / 1e6:.1f} M draws a processor second)", pair)
        if not workbook.soffice():
            print("soffice is not installed (libreoffice-calc-nogui): nothing to stand beside")
            return
        poisoned, plain = os.path.join(folder, "poisoned.xlsx"), os.path.join(folder, "plain.xlsx")
        cells = workbook.poison(book, poisoned)
        without_formulas(book, plain)
        workbook.recalculate(plain, folder)  # its profile is made once
        base = timed(workbook.recalculate, plain, folder)
        full = timed(workbook.recalculate, poisoned, folder)
        show(f"LibreOffice: loads, computes {cells:,} formulas, writes", full)
        show("LibreOffice: the same file without its formulas", base)
        show("LibreOffice: the difference, which is reading and computing the formulas", (full[0] - base[0], full[1] - base[1]))


main()
