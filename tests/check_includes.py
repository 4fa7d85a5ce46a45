#!/usr/bin/env python3
"""The house holds: no file of src/ includes from a floor above its own, or sideways from another room of its floor."""
import os
import re
import sys

FLOORS = [
    ["base"],
    ["catalogue", "store", "link", "plan", "sample"],  # sample/ stands beside src/ and uses base alone
    ["guard", "jobs"],
    ["ingest"],
    ["hub"],
    ["lists", "plans", "cases", "measures", "documents", "models", "routes"],
    ["web", "cli"],
    ["program"],  # main and the table of commands: puts the two faces together
]
FLOOR_OF = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)


def faults(root):
    """Sentences about each include that breaks the rule, and how many includes were looked at."""
    found, seen = [], 0
    places = [os.path.join(root, "src"), os.path.join(root, "sample")]
    for folder, names in ((folder, names) for place in places for folder, _, names in os.walk(place)):
        for name in sorted(names):
            if not name.endswith((".c", ".h")):
                continue
            path = os.path.relpath(os.path.join(folder, name), root)
            room = "sample" if path.startswith("sample") else path.split(os.sep)[1]
            if room not in FLOOR_OF:
                found.append(f"{path}: the room {room} stands on no floor; add it to tests/check_includes.py")
                continue
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                text = file.read()
            for match in INCLUDE.finditer(text):
                seen += 1
                line = text.count("\n", 0, match.start()) + 1
                target = match.group(1).split("/")[0]
                if "/" not in match.group(1):
                    found.append(f'{path}:{line}: "{match.group(1)}" names no room; write "room/file.h"')
                elif target == "generated" or target == room:
                    continue
                elif target not in FLOOR_OF:
                    found.append(f"{path}:{line}: includes from {target}, which is no room")
                elif FLOOR_OF[target] > FLOOR_OF[room]:
                    found.append(f"{path}:{line}: {room} (floor {FLOOR_OF[room]}) includes upwards from {target}")
                elif FLOOR_OF[target] == FLOOR_OF[room]:
                    found.append(f"{path}:{line}: {room} includes sideways from {target}")
    return found, seen


def main():
    root = os.environ.get("STAITHE_SOURCE_ROOT") or os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    found, seen = faults(root)
    print("1..2")
    for sentence in found:
        print("# " + sentence)
    print(("not ok" if found else "ok") + f" 1 - {seen} includes go down or stay in their room")
    # The check itself must be able to fail: it is shown a house with one upward and one sideways include.
    import tempfile

    with tempfile.TemporaryDirectory() as house:
        for path, text in {
            "src/base/a.c": '#include "hub/b.h"\n',
            "src/store/b.c": '#include "link/c.h"\n',
            "src/hub/c.c": '#include "base/a.h"\n',
        }.items():
            os.makedirs(os.path.join(house, os.path.dirname(path)), exist_ok=True)
            with open(os.path.join(house, path), "w", encoding="utf-8") as file:
                file.write(text)
        wrong, _ = faults(house)
    print(("ok" if len(wrong) == 2 else "not ok") + " 2 - the check finds an upward and a sideways include")
    return 1 if found or len(wrong) != 2 else 0


if __name__ == "__main__":
    sys.exit(main())
