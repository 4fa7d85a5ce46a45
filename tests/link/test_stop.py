#!/usr/bin/env python3
"""Ctrl-C: one sentence, status 130, and nothing half-written; a second one ends what cannot stop by itself."""
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

ROOT, BUILD = os.environ["STAITHE_SOURCE_ROOT"], os.environ["STAITHE_BUILD_ROOT"]
sys.path.insert(0, os.path.join(ROOT, "tests", "journeys"))
from world import Tap  # noqa: E402

STAITHE = os.path.join(BUILD, "src", "program", "staithe")


def people(path, count):
    draw = random.Random(4)
    with open(path, "w", encoding="utf-8") as file:
        file.write("id,given,family,born\n")
        for number in range(count):
            given, family = ("".join(draw.choice("aeioubdfgklmnprst") for _ in range(6)) for _ in range(2))
            file.write(f"{number},{given},{family},{draw.randint(1930, 2005)}-0{draw.randint(1, 9)}-1{draw.randint(0, 9)}\n")


def main():
    tap = Tap()
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "s.yaml"), "w", encoding="utf-8") as file:
            file.write("id: id\ncolumns: {given: given_name, family: family_name, born: date}\n")
        people(os.path.join(folder, "p.csv"), 30000)
        before = sorted(os.listdir(folder))
        command = [STAITHE, "link", "s.yaml", "p.csv", "--clusters", "c.csv", "--pairs", "p.jsonl"]
        work = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        first = work.stderr.readline()  # how many pairs there are; they are compared next
        work.send_signal(signal.SIGINT)
        out, said = work.communicate(timeout=60)
        tap.check("it says how much work there is before it begins", "records; the blocking rules let at most" in first, first)
        tap.check("one interrupt stops it with status 130", work.returncode == 130, str(work.returncode))
        tap.check("it says where it was stopped, in a sentence", "staithe: linking was stopped while " in said, said)
        tap.check("nothing is printed and nothing half-written stays", not out and sorted(os.listdir(folder)) == before,
                  out + str(os.listdir(folder)))
        os.mkfifo(os.path.join(folder, "pipe"))
        work = subprocess.Popen([STAITHE, "link", "s.yaml", "pipe"], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        while len(os.listdir(f"/proc/{work.pid}/task")) < 2:  # the one that waits for signals
            time.sleep(0.05)
        work.send_signal(signal.SIGTERM)
        told = work.stderr.readline()
        work.send_signal(signal.SIGTERM)
        said = work.communicate(timeout=60)[1]
        tap.check("what waits for a pipe says how to end it", "once more ends it at once" in told, told)
        tap.check("a second signal ends it", work.returncode == 130 and "ended at once" in said, f"{work.returncode} {said}")
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
