#!/usr/bin/env python3
"""clang-format and clang-tidy find nothing to say about any C file of the project; no function of it is too long to be read at once;
arrays are sorted by array_sort, which takes an empty one. Prints TAP."""
import concurrent.futures
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

ROOT = os.environ.get("STAITHE_SOURCE_ROOT") or os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.environ.get("STAITHE_BUILD_ROOT") or os.path.join(ROOT, "build-test")
LONGEST = 80  # lines of a function's body
FOLDERS = ("src", "sample", "tests", "fuzz", "bench")


def c_files():
    for top in FOLDERS:
        for folder, _, names in os.walk(os.path.join(ROOT, top)):
            for name in sorted(names):
                if name.endswith((".c", ".h")):
                    yield os.path.join(folder, name)


def format_faults(files):
    result = subprocess.run(["clang-format", "--dry-run", "-Werror", *files], capture_output=True, text=True)
    return sorted(set(re.findall(r"^(\S+?):\d+:\d+: error", result.stderr, re.M)))


def long_functions(path, longest):
    """(line, name, length) of each function whose body is longer. clang-format has put its braces into the first column."""
    name = begun = None
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if re.match(r"[A-Za-z_].*\(", line) and (called := re.search(r"(\w+)\(", line)):
                name = called.group(1)
            if line == "{\n":
                begun = number
            elif line == "}\n" and begun:
                if number - begun - 1 > longest:
                    yield begun, name, number - begun - 1
                begun = None


def clang_commands(folder):
    """The build's compile commands, as clang understands them: without ccache and without what only gcc knows."""
    with open(os.path.join(BUILD, "compile_commands.json"), encoding="utf-8") as file:
        commands = json.load(file)
    for command in commands:
        words = [w for w in shlex.split(command["command"]) if w not in ("ccache", "-ftrivial-auto-var-init=zero")]
        command["command"] = shlex.join(words)
    with open(os.path.join(folder, "compile_commands.json"), "w", encoding="utf-8") as file:
        json.dump(commands, file)


def tidy(path, commands):
    # The analyser's path search takes minutes for some files: `make tidy` runs it, the tests run everything else.
    checks = [] if "--full" in sys.argv else ["--checks=-clang-analyzer-*"]
    result = subprocess.run(["clang-tidy", "--quiet", *checks, "-p", commands, path], capture_output=True, text=True)
    return [line for line in result.stdout.splitlines() if re.search(r": (warning|error):", line)]


def main():
    for tool in ("clang-format", "clang-tidy"):
        if not shutil.which(tool):
            print(f"1..1\nok 1 - style # SKIP {tool} is not installed")
            return 0
    files = list(c_files())
    print("1..4")
    wrong = format_faults(files)
    for path in wrong:
        print("# not formatted: " + os.path.relpath(path, ROOT))
    print(("not ok" if wrong else "ok") + f" 1 - clang-format agrees with {len(files)} files")
    sources = [f for f in files if f.endswith(".c") and os.sep + "src" + os.sep in f]
    faults = []
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        clang_commands(folder)
        for found in pool.map(lambda path: tidy(path, folder), sources):
            faults += found
    for line in sorted(set(faults)):
        print("# " + line)
    print(("not ok" if faults else "ok") + f" 2 - clang-tidy agrees with {len(sources)} sources")
    long = [(path, *found) for path in sources for found in long_functions(path, LONGEST)]
    for path, line, name, length in long:
        print(f"# {os.path.relpath(path, ROOT)}:{line}: {name} has {length} lines; part it into steps with names")
    print(("not ok" if long else "ok") + f" 3 - no function of {len(sources)} sources has more than {LONGEST} lines")
    raw = []
    for path in sources:
        with open(path, encoding="utf-8") as file:
            raw += [path for line in file if re.search(r"\bqsort\(\w", line) and not path.endswith(os.path.join("base", "slice.c"))]
    for path in raw:
        print(f"# {os.path.relpath(path, ROOT)}: sorts by qsort; array_sort takes an empty array too")
    print(("not ok" if raw else "ok") + " 4 - arrays are sorted by array_sort")
    return 1 if wrong or faults or long or raw else 0


if __name__ == "__main__":
    sys.exit(main())
