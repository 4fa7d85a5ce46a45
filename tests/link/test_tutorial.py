#!/usr/bin/env python3
"""docs/linking-tutorial.md is run as it stands: files written, commands given, and what they print looks as the page says, numbers aside (… stands for lines left out)."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT, BUILD = os.environ["STAITHE_SOURCE_ROOT"], os.environ["STAITHE_BUILD_ROOT"]
sys.path.insert(0, os.path.join(ROOT, "tests", "journeys"))
from world import Tap  # noqa: E402

FENCE = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```\n", re.MULTILINE | re.DOTALL)


def shape(text):
    """Lines with each number as #, and spaces as one: figures may move with the engine, words may not."""
    return [re.sub(r" +", " ", re.sub(r"[+-]?\d+(\.\d+)?", "#", line)).strip() for line in text.splitlines() if line.strip()]


def main():
    tap = Tap()
    with open(os.path.join(ROOT, "docs", "linking-tutorial.md"), encoding="utf-8") as file:
        blocks = FENCE.findall(file.read())
    with tempfile.TemporaryDirectory() as folder:
        for name in ("library.csv", "leisure.csv"):
            shutil.copy(os.path.join(ROOT, "examples", "link", name), folder)
        path = os.path.join(BUILD, "src", "program") + os.pathsep + os.environ["PATH"]
        printed, ran = "", 0
        for language, name, text in blocks:
            if language == "yaml":
                with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                    file.write(text)
            elif language == "sh":
                done = subprocess.run(["bash", "-ec", "set -o pipefail\n" + text], cwd=folder, capture_output=True, text=True,
                                      env=dict(os.environ, PATH=path))
                # head closes its pipe; grep before it may then end by SIGPIPE
                tap.check(f"it runs: {text.splitlines()[-1]}", done.returncode in (0, 141), done.stdout[-300:] + done.stderr[-600:])
                printed, ran = done.stdout, ran + 1
            else:
                missing = [line for line in shape(text) if line != "…" and line not in shape(printed)]
                tap.check(f"and prints: {text.splitlines()[0][:70]}", not missing, "\n".join(missing) + "\n-- in --\n" + printed[-2000:])
        tap.check("the page has its commands", ran >= 10, ran)
        tap.check("the report is a page", os.path.getsize(os.path.join(folder, "report.html")) > 5000)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
