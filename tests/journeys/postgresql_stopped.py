#!/usr/bin/env python3
"""PostgreSQL itself is stopped in the middle of a landing: a sentence, the state before; started again, the same landing goes through."""
import csv
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import postgres  # noqa: E402
from world import Missing, Tap, World  # noqa: E402

ROWS = 30000


def big_extract(path, first):
    """A bus-pass extract as its contract wants it."""
    with open(path, "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow("pass_number,pass_type,title,first_name,last_name,date_of_birth,address,postcode,email,phone,issued,expires,status".split(","))
        for i in range(ROWS):
            out.writerow([f"{63359900000000 + i}", "Older person", "Mrs", "Marigold", f"Reedham{first}", "1948-10-31",
                          f"{i % 200 + 1} Wherry Lane", "NR1 1AA", "", "", "2023-12-26", "2028-12-25", "Active"])


def wait_until_at_work(world, landing):
    """True once the landing has begun to check rows and is still at it."""
    question = "SELECT 1 FROM staithe_hub.landing WHERE state = 'checking'"
    for _ in range(600):
        said = subprocess.run(["psql", "-X", "-q", "-t", "-A", world.address, "-c", question], capture_output=True, text=True)
        if said.stdout.strip() == "1":
            time.sleep(0.3)
            return landing.poll() is None
        if landing.poll() is not None:
            return False
        time.sleep(0.05)
    return False


def story(tap):
    server = postgres.Server(fsync=True)
    with server as address:
        if not address:
            raise Missing(server.reason)
        os.environ["STAITHE_TEST_POSTGRESQL"] = address
        with World("postgresql") as world:
            world.init()
            first, second = os.path.join(world.folder, "first.csv"), os.path.join(world.folder, "second.csv")
            big_extract(first, "e")
            big_extract(second, "ford")
            landed = world.land("bus_passes", first, "2026-10-01")
            tap.check("the first extract is landed", landed["new"] == ROWS, landed)
            landing = subprocess.Popen([world.program, "land", "--data", world.data, "bus_passes", second, "--as-at", "2026-11-01", "--json"],
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=world.folder)
            in_the_middle = wait_until_at_work(world, landing)
            server.stop()
            out, errors = landing.communicate(timeout=120)
            tap.check("it was stopped in the middle of the second", in_the_middle, out + errors)
            tap.check("the landing says so in one sentence and ends with 70 or 75",
                      landing.returncode in (70, 75) and errors.startswith("staithe: ") and errors.count("\n") == 1, f"{landing.returncode} {errors}")
            tap.note(errors)
            server.start()
            sources = world.json("source", "list")
            passes = next(s for s in sources if s["source"] == "bus_passes")
            tap.check("started again, the first extract is what is shown", passes["as_at"] == "2026-10-01", passes)
            landed = world.land("bus_passes", second, "2026-11-01")
            tap.check("and the second lands whole", landed["changed"] == ROWS and landed["rows_in"] == ROWS, landed)
            found = world.json("check")
            tap.check("nothing is found wrong", found["found"] == [], found)


if __name__ == "__main__":
    tap = Tap()
    tap.story("PostgreSQL stopped in the middle of a landing", story)
    sys.exit(tap.done())
