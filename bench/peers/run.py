#!/usr/bin/env python3
"""`make bench-peers`: Splink and GoldenMatch beside Staithe, in one run: run.py BUILD DATA.

Makes an environment of pinned versions for each peer below BUILD/peers, prepares the files (prepare.py), runs every linker on
each in turn (so that a busy minute falls on all of them alike), scores all with one scorer, and writes the table into README.md
between its two marks, after each set; with --only the other sets' figures stay as they were. A peer that cannot be installed or fails has a row that says so. Needs the network the first time.
"""
import argparse
import datetime
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import time
import venv

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, HERE)
import prepare  # noqa: E402
import score  # noqa: E402

LIMIT = 360  # seconds that a process may take
PEERS = {"Splink": "splink", "GoldenMatch": "goldenmatch"}
PUBLISHED = {"historical_50k": "0.95 (demo)", "febrl3": "0.95 (quick start; the demo does not cluster)", "febrl4": "0.99 (demo)",
             "fake_1000": "0.2 (tutorial)", "million": "0.95 (demo)"}
TITLES = {"historical_50k": "historical_50k (50,578 rows)", "febrl3": "FEBRL3 (5,000 rows)", "febrl4": "FEBRL4 (5,000 + 5,000 rows, link only)",
          "fake_1000": "fake_1000 (1,000 rows)", "million": "the million-row file (1,011,560 rows, speed alone)"}


def measure(command, folder, limit=LIMIT):
    """(seconds, processor seconds, peak MB) of one process and its children, or a sentence that says why there is none."""
    log = os.path.join(folder, "log")
    started = time.monotonic()
    with open(log, "wb") as file:
        process = subprocess.Popen(["/usr/bin/time", "-f", "%U %S %M", "-o", log + ".time", *command], stdout=file, stderr=file,
                                   start_new_session=True)
        try:
            status = process.wait(limit)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            process.wait()
            return f"did not end within {limit // 60} minutes"
    wall = time.monotonic() - started
    if status:
        with open(log, encoding="utf-8", errors="replace") as file:
            last = [line.strip() for line in file if line.strip()][-1:]
        return f"failed: {last[0][:160] if last else status}"
    with open(log + ".time", encoding="utf-8") as file:
        user, system, peak = file.read().split()[-3:]
    return wall, float(user) + float(system), int(peak) / 1024


def environment(build, module):
    """The Python of a peer's own environment, made when it is not there; or a sentence."""
    folder = os.path.join(build, "peers", module)
    python, wanted = os.path.join(folder, "bin", "python"), os.path.join(HERE, f"requirements-{module}.txt")
    mark = os.path.join(folder, "installed")
    if os.path.exists(mark) and open(mark, encoding="utf-8").read() == open(wanted, encoding="utf-8").read():
        return python, None
    shutil.rmtree(folder, ignore_errors=True)
    venv.create(folder, with_pip=True)
    done = subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", wanted],
                          capture_output=True, text=True)
    if done.returncode:
        return None, f"could not be installed: {done.stderr.strip().splitlines()[-1][:160]}"
    shutil.copy(wanted, mark)
    return python, None


def version_of(module):
    with open(os.path.join(HERE, f"requirements-{module}.txt"), encoding="utf-8") as file:
        return ", ".join(line.strip().replace("==", " ") for line in file if line.strip())


def best(truth, out, across):
    """The threshold of a sweep with the highest pairwise F1, the truth in hand."""
    with open(f"{out}.thresholds", encoding="utf-8") as file:
        names = json.load(file)
    scored = [(score.score(truth, f"{out}.{n}", across), name) for n, name in enumerate(names)]
    return max(scored, key=lambda found: found[0]["f1"])


class Table:
    """The lines of one data set."""

    def __init__(self, name):
        self.lines = [f"### {TITLES[name]}", "", "| linker | threshold | pairwise P | R | F1 | B-cubed F1 | wall s | processor s | peak MB |",
                      "| --- | --- | --- | --- | --- | --- | --- | --- | --- |", ]

    def row(self, who, threshold, figures, measures):
        accuracy = [f"{figures[key]:.4f}" for key in ("precision", "recall", "f1", "b_cubed_f1")] if figures else ["–"] * 4
        if measures and isinstance(measures[0], tuple):
            speed = [f"{statistics.median(m[i] for m in measures):.{places}f}" for i, places in ((0, 2), (1, 2), (2, 0))]
        else:
            speed = ["–"] * 3
        self.lines.append("| " + " | ".join([who, threshold, *accuracy, *speed]) + " |")
        print(self.lines[-1], flush=True)

    def note(self, who, sentence):
        self.lines.append(f"| {who} | {sentence} |" + " |" * 7)
        print(self.lines[-1], flush=True)


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        model = re.search(r"model name\s*: (.*)", file.read())
    with open("/proc/meminfo", encoding="utf-8") as file:
        memory = int(re.search(r"MemTotal:\s*(\d+)", file.read()).group(1)) / 1048576
    return f"{os.cpu_count()} cores ({model.group(1) if model else platform.machine()}), {memory:.0f} GiB"


def out_of(folder, who):
    return os.path.join(folder, re.sub(r"[^a-z0-9]+", "_", who.lower()) + ".clusters")


def link_set(name, files, truth, linkers, folder, runs, table):
    """linkers: (what it is called, threshold, command that ends before the files, peer's module or None)"""
    across = name == "febrl4"
    taken = {who: [] for who, *_ in linkers}
    for _ in range(runs):
        for who, _, command, _ in linkers:
            if not taken[who] or isinstance(taken[who][-1], tuple):
                taken[who].append(measure(command(name, out_of(folder, who), files), folder))
    for who, threshold, command, peer in linkers:
        last = taken[who][-1]
        if isinstance(last, str):
            table.note(who, last)
            continue
        out = out_of(folder, who)
        table.row(who, threshold, score.score(truth, out, across) if truth else None, taken[who])
        if peer and truth:
            swept = measure(command(name, out, files) + ["--sweep"], folder, 4 * LIMIT)
            if isinstance(swept, str):
                table.note(f"{who}, best threshold", swept)
            else:
                figures, best_threshold = best(truth, out, across)
                table.row(f"{who}, best threshold", best_threshold, figures, None)


def main(build, source, runs, only, with_million):
    work = os.path.join(build, "peers", f"work-{only or 'all'}")
    shutil.rmtree(work, ignore_errors=True)
    os.makedirs(work)
    seed = int.from_bytes(os.urandom(4), "big")
    prepare.prepare(source, work, seed)
    peers, missing = [], []
    for title, module in PEERS.items():
        python, sentence = environment(build, module)
        if sentence:
            missing.append((title, sentence))
            continue
        script = os.path.join(HERE, f"with_{module}.py")
        peers.append((title, module, lambda name, out, files, python=python, script=script: [python, script, name, out, *files]))
    staithe = os.path.join(build, "src", "program", "staithe")

    def ours(specification):
        path = os.path.join(ROOT, "examples", "link", f"{specification}.yaml")
        return lambda name, out, files: [staithe, "link", path, *files, "--clusters", out]

    for name in [*prepare.SETS, *(["million"] if with_million else [])]:
        if only not in (None, name):
            continue
        linkers = [(title, PUBLISHED[name] if module == "splink" else "its own", command, module) for title, module, command in peers]
        if name != "million":
            linkers.append((f"Staithe, `{name}.yaml`", "its own", ours(name), None))
        if name in ("historical_50k", "million"):
            linkers.append(("Staithe, Splink's ten rules", "its own", ours("historical_50k_splink_rules"), None))
        table = Table(name)
        for title, sentence in missing:
            table.note(title, sentence)
        truth = os.path.join(work, "truth", f"{name}.csv")
        if name == "million":
            files, truth = [os.path.join(work, "million.csv")], None
            subprocess.run([sys.executable, os.path.join(HERE, "million.py"), os.path.join(work, "historical_50k.csv"), *files], check=True)
        else:
            files = [os.path.join(work, file) for file in prepare.names_of(name)]
        times = 1 if name == "million" else runs
        link_set(name, files, truth, linkers, work, times, table)
        when = (f"{datetime.date.today().isoformat()}, {machine()}, load {os.getloadavg()[1]:.1f}, shuffled with seed {seed}, "
                + ("one run" if times == 1 else f"medians of {times}") + ".")
        keep(build, name, [*table.lines, "", when])
    shutil.rmtree(work)


def keep(build, name, lines):
    """Puts a set's lines beside those of the other sets, and all of them into README.md."""
    kept, sets = os.path.join(build, "peers", "figures.json"), {}
    if os.path.exists(kept):
        with open(kept, encoding="utf-8") as file:
            sets = json.load(file)
    sets[name] = lines
    with open(kept, "w", encoding="utf-8") as file:
        json.dump(sets, file)
    readme = os.path.join(HERE, "README.md")
    with open(readme, encoding="utf-8") as file:
        text = file.read()
    start, end = "<!-- figures -->", "<!-- end of figures -->"
    before, after = text[:text.index(start) + len(start)], text[text.index(end):]
    versions = "; ".join(version_of(module) for module in PEERS.values())
    middle = [f"\nPython {platform.python_version()}; {versions}."]
    for each in TITLES:
        if each in sets:
            middle += ["", *sets[each]]
    with open(readme, "w", encoding="utf-8") as file:
        file.write("\n".join([before, *middle, after]))


if __name__ == "__main__":
    wanted = argparse.ArgumentParser(description="Splink and GoldenMatch beside Staithe, in one run")
    wanted.add_argument("build", help="folder of a release build")
    wanted.add_argument("data", help="folder of the labelled sets")
    wanted.add_argument("--runs", type=int, default=3, help="of each linker on each set; medians are given")
    wanted.add_argument("--only", help="one data set")
    wanted.add_argument("--no-million", action="store_true", help="leave the million-row file out")
    given = wanted.parse_args()
    main(os.path.abspath(given.build), given.data, given.runs, given.only, not given.no_million)
