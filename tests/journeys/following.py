#!/usr/bin/env python3
"""What would change, what changed, and who follows it: what-if and adoption on the command line, `staithe events --follow`, and
programs that wait for events at /api/v1/events. On both databases."""
import json
import os
import signal
import subprocess
import sys
import threading
import time

from world import Browser, Tap, World


def lines_of(text):
    return [json.loads(line) for line in text.splitlines()]


def foretold(tap, world, name):
    """What --threshold foretells is what --adopt does."""
    before = world.link()
    found = world.link("--threshold", "join=14,review=9")
    tap.check(f"other thresholds would split, and join nobody ({name})", found["split"] > 0 and found["joined"] == 0
              and found["before"] == before["linkages"][0]["people"] and found["join_after"] == 14, found)
    tap.check(f"asking has changed nothing ({name})", world.link()["digest"] == before["digest"])
    tap.check(f"examples are told with the steward's eyes ({name})", found["examples"]
              and any(p["shown"] and p.get("a") for e in found["examples"] for p in e["link"]["parts"])
              and any(e["name_a"] != "Name not shown under this purpose" for e in found["examples"]), found["examples"][:2])
    other = os.path.join(world.folder, "other.yaml")
    with open(os.path.join(world.county, "link", "person.yaml"), encoding="utf-8") as file:
        text = file.read()
    with open(other, "w", encoding="utf-8") as file:
        file.write(text.replace("join: 6, review: 5", "join: 14, review: 9"))
    scored = world.link("--what-if", other)
    tap.check(f"a specification that says the same foretells the same, compared anew ({name})", scored["compared_anew"]
              and all(scored[k] == found[k] for k in ("before", "after", "split", "pairs_split", "doubts_after")), [scored, found])
    for words, about in ((["--threshold", "jion=3"], "jion"), (["--threshold", "join=3", "--train"], "--train"),
                         (["--adopt", "x"], "--adopt"), (["--threshold", "review=-99"], "floor")):
        world.staithe("link", *words, status=None)
        tap.check(f"link {' '.join(words)} is refused in a sentence ({name})", world.status in (64, 65) and about in world.errors, world.errors)
    return found


def followed(tap, world, name, found):
    """events --follow prints an adoption's splits as they come, and ends in peace."""
    follower = subprocess.Popen([world.program, "events", "--data", world.data, "--follow", "--json", "--since", "0"],
                                stdout=subprocess.PIPE, text=True, cwd=world.folder)
    heard = []
    reader = threading.Thread(target=lambda: heard.extend(json.loads(line) for line in follower.stdout))
    reader.start()
    time.sleep(1)
    adopted = world.link("--threshold", "join=14,review=9", "--adopt", "Fewer wrong joins")
    tap.check(f"adopted, it is as foretold ({name})", adopted["linkages"][0]["people"] == found["after"] and adopted["model"] == 2, adopted)
    for _ in range(100):
        if sum(e["kind"] == "split" for e in heard) >= found["made"]:
            break
        time.sleep(0.1)
    follower.send_signal(signal.SIGINT)
    status = follower.wait(20)
    reader.join()
    tap.check(f"a follower hears each split, in order, and ends with 0 when it is interrupted ({name})",
              status == 0 and sum(e["kind"] == "split" for e in heard) == found["made"]
              and all(a["id"] < b["id"] for a, b in zip(heard, heard[1:])), [status, found["made"], heard[-3:]])
    since = heard[-1]["id"]
    start = time.monotonic()
    none = world.staithe("events", "--follow", "--for", "1", "--since", str(since), "--json")
    tap.check(f"--for ends it, and --since goes on from there ({name})", none == "" and 0.9 < time.monotonic() - start < 15, none)
    tap.check(f"without --follow the same events stand there ({name})",
              lines_of(world.staithe("events", "--json"))[-1]["id"] == since)
    return since


def waited(tap, world, name, since):
    """Waiting programs hold no worker, are told at once, and do not keep the server from stopping."""
    with world.serving() as port:
        stella = Browser(port)
        stella.sign_in("stella.steward")
        start = time.monotonic()
        answer = json.loads(stella.ask("GET", f"/api/v1/events?since={since}&wait=2"))
        tap.check(f"who waits two seconds for nothing is told so then ({name})",
                  answer["events"] == [] and answer["next"] == since and 1.5 < time.monotonic() - start < 15, answer)
        tap.check(f"since=0 and wait=0 are numbers too ({name})", json.loads(stella.ask("GET", "/api/v1/events?since=0&wait=0"))["events"])
        told = []

        def wait():
            own = Browser(port)
            own.cookies = dict(stella.cookies)
            told.append(json.loads(own.ask("GET", f"/api/v1/events?since={since}&wait=30")))
        waiting = [threading.Thread(target=wait) for _ in range(40)]
        for thread in waiting:
            thread.start()
        time.sleep(1)
        start = time.monotonic()
        stella.ask("GET", "/sources")
        quick = time.monotonic() - start
        tap.check(f"while forty wait, a page is answered at once ({name})", stella.status == 200 and not told and quick < 5, quick)
        world.link("--threshold", "join=6,review=5", "--adopt", "As it was")
        for thread in waiting:
            thread.join(25)
        tap.check(f"all forty are told of the joins ({name})", len(told) == 40 and all(any(e["kind"] == "joined" for e in t["events"]) for t in told), told[:1])
        looks = json.loads(stella.ask("GET", "/api/v1/my-looks"))["looks"]
        read = sum(entry["place"] == "web GET /api/v1/events" for entry in looks)
        tap.check(f"waiting is in no audit, each answer is ({name})", read == 42, read)
        last = max(e["id"] for e in told[0]["events"]) if not told[0]["more"] else 10 ** 9
        patient = threading.Thread(target=lambda: Browser.ask(stella, "GET", f"/api/v1/events?since={last + 10 ** 6}&wait=30"))
        patient.start()
        time.sleep(1)
        start = time.monotonic()
    tap.check(f"who waits does not keep the server from stopping ({name})", time.monotonic() - start < 9, time.monotonic() - start)
    patient.join(10)


def story(tap, dialect, name):
    with World(dialect) as world:
        world.sample(residents=400)
        world.init()
        world.land_all()
        world.link()
        world.login("stella.steward")
        found = foretold(tap, world, name)
        since = followed(tap, world, name, found)
        waited(tap, world, name, since)


if __name__ == "__main__":
    tap = Tap()
    tap.story("on SQLite", story, "sqlite", "SQLite")
    tap.story("on PostgreSQL", story, "postgresql", "PostgreSQL")
    sys.exit(tap.done())
