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


def start(words, folder, then):
    """With SIGINT as said: whoever runs the tests in the background may have it ignored, and a child would have it so."""
    return subprocess.Popen([STAITHE, "link", *words], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            preexec_fn=lambda: signal.signal(signal.SIGINT, then))


def main():
    tap = Tap()
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "s.yaml"), "w", encoding="utf-8") as file:
            file.write("id: id\ncolumns: {given: given_name, family: family_name, born: date}\n")
        people(os.path.join(folder, "p.csv"), 30000)
        before = sorted(os.listdir(folder))
        words = ["s.yaml", "p.csv", "--clusters", "c.csv", "--pairs", "p.jsonl"]
        work = start(words, folder, signal.SIG_DFL)
        first = work.stderr.readline()  # how many pairs there are; they are compared next
        work.send_signal(signal.SIGINT)
        out, said = work.communicate(timeout=60)
        tap.check("it says how much work there is before it begins", "records; the blocking rules let at most" in first, first)
        tap.check("one interrupt stops it with status 130", work.returncode == 130, str(work.returncode))
        tap.check("it says where it was stopped, in a sentence", "staithe: linking was stopped while " in said, said)
        tap.check("nothing is printed and nothing half-written stays", not out and sorted(os.listdir(folder)) == before,
                  out + str(os.listdir(folder)))
        work = start(["s.yaml", "p.csv", "--clusters", "c.csv"], folder, signal.SIG_IGN)
        work.stderr.readline()
        work.send_signal(signal.SIGINT)
        out, said = work.communicate(timeout=120)
        tap.check("an interrupt that is to be ignored is", work.returncode == 0 and "30000 records" in out, said)
        os.mkfifo(os.path.join(folder, "pipe"))
        work = start(["s.yaml", "pipe"], folder, signal.SIG_DFL)
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
