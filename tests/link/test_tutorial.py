#!/usr/bin/env python3
"""docs/linking-tutorial.md is run as it stands: files written, commands given, and what they print is what the page says (… stands for
lines left out). Figures may move by half a hundredth, seconds as they like. With --write the page's figures are put right.
"""
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


NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")


def shape(line):
    """Each number as #, and spaces as one."""
    return re.sub(r" +", " ", NUMBER.sub("#", line)).strip()


def near(said, line):
    if shape(said) != shape(line):
        return False
    return said.endswith("seconds") or all(abs(float(a) - float(b)) <= 0.005 * max(1, abs(float(a)))
                                           for a, b in zip(NUMBER.findall(said), NUMBER.findall(line)))


def put_right(text, printed):
    """The lines of the page with the figures that the program prints, in the order of both."""
    lines, left = [], printed.splitlines()
    for said in text.splitlines():
        at = next((i for i, line in enumerate(left) if shape(line) == shape(said)), None) if said != "…" else None
        lines.append(said if at is None else left[at].rstrip())
        left = left if at is None else left[at + 1:]
    return "\n".join(lines) + "\n"


def main():
    tap = Tap()
    path_of_page = os.path.join(ROOT, "docs", "linking-tutorial.md")
    with open(path_of_page, encoding="utf-8") as file:
        page = file.read()
    with tempfile.TemporaryDirectory() as folder:
        for name in ("library.csv", "leisure.csv"):
            shutil.copy(os.path.join(ROOT, "examples", "link", name), folder)
        path = os.path.join(BUILD, "src", "program") + os.pathsep + os.environ["PATH"]
        printed, ran = "", 0
        for language, name, text in FENCE.findall(page):
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
                if sys.argv[1:] == ["--write"]:
                    page = page.replace(text, put_right(text, printed))
                missing = [said for said in text.splitlines()
                           if said not in ("", "…") and not any(near(said, line) for line in printed.splitlines())]
                tap.check(f"and prints: {text.splitlines()[0][:70]}", not missing, "\n".join(missing) + "\n-- in --\n" + printed[-2000:])
        tap.check("the page has its commands", ran >= 10, ran)
        if sys.argv[1:] == ["--write"]:
            with open(path_of_page, "w", encoding="utf-8") as file:
                file.write(page)
        tap.check("the report is a page", os.path.getsize(os.path.join(folder, "report.html")) > 5000)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
