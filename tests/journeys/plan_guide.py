#!/usr/bin/env python3
"""docs/plans.md, typed by a machine: every command of the finance officer's guide is run, every change made, and what the guide says the
program answers is what it answers. `plan_guide.py --write` writes the answers into the guide."""
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

from world import BUILD, ROOT, Tap

GUIDE = os.path.join(ROOT, "docs", "plans.md")
PROGRAM = os.path.join(BUILD, "src", "program", "staithe")
BLOCK = re.compile(r"^```(console|diff|plan)\n(.*?)^```$", re.M | re.S)


def run(folder, words):
    if words[0] == "staithe":
        done = subprocess.run([PROGRAM, *words[1:]], cwd=folder, capture_output=True, text=True)
        if done.returncode not in (0, 1, 65):
            raise RuntimeError(f"{shlex.join(words)} ended with {done.returncode}: {done.stderr}")
        return done.stdout + done.stderr
    if words[:2] == ["cp", "-r"] and len(words) == 4:
        shutil.copytree(os.path.join(folder, words[2]), os.path.join(folder, words[3]))
        return ""
    raise RuntimeError("the guide may only run staithe and cp -r")


def lines(text):
    return [line.rstrip() for line in text.strip("\n").split("\n")] if text.strip() else []


def alike(wanted, said):
    """A `…` within a line stands for any words."""
    return re.fullmatch(".*".join(re.escape(part) for part in wanted.split("…")), said) is not None


def agrees(wanted, said):
    """Line by line; a `…` alone stands for any lines."""
    if not wanted:
        return not said
    if wanted[0] == "…":
        return any(agrees(wanted[1:], said[i:]) for i in range(len(said) + 1))
    return bool(said) and alike(wanted[0], said[0]) and agrees(wanted[1:], said[1:])


def console(tap, folder, block, write):
    kept = []
    for part in re.split(r"^(?=\$ )", block, flags=re.M):
        if not part.strip():
            continue
        command, _, answer = part.partition("\n")
        said = lines(run(folder, shlex.split(command[2:])))
        wanted = lines(answer)
        if write and not any("…" in line for line in wanted):
            wanted = said
        tap.check(command[2:], agrees(wanted, said), "the guide says\n" + "\n".join(wanted) + "\nbut the program\n" + "\n".join(said))
        kept.append("\n".join([command, *wanted]) + "\n")
    return "".join(kept)


def change(tap, folder, block):
    name, _, body = block.partition("\n")
    old = "\n".join(line[1:] for line in body.splitlines() if line.startswith("-"))
    new = "\n".join(line[1:] for line in body.splitlines() if line.startswith("+"))
    path = os.path.join(folder, name)
    with open(path, encoding="utf-8") as file:
        text = file.read()
    tap.check(f"{name} has the line that the guide changes, once", text.count(old + "\n") == 1, old)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace(old + "\n", new + "\n"))


def guide(tap, write):
    with open(GUIDE, encoding="utf-8") as file:
        text = file.read()
    with tempfile.TemporaryDirectory(prefix="staithe-guide-") as folder:
        os.makedirs(os.path.join(folder, "county", "norfolk"))
        shutil.copytree(os.path.join(ROOT, "county", "norfolk", "plan"), os.path.join(folder, "county", "norfolk", "plan"))

        def one(match):
            kind, block = match.groups()
            if kind == "console":
                block = console(tap, folder, block, write)
            elif kind == "diff":
                change(tap, folder, block)
            else:
                with open(os.path.join(folder, block.partition("\n")[0].removeprefix("# ")), "w", encoding="utf-8") as file:
                    file.write(block)
            return f"```{kind}\n{block}```"
        written = BLOCK.sub(one, text)
    if write:
        with open(GUIDE, "w", encoding="utf-8") as file:
            file.write(written)


if __name__ == "__main__":
    done = Tap()
    done.story("the guide", lambda tap: guide(tap, "--write" in sys.argv))
    sys.exit(done.done())
