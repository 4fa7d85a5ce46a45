#!/usr/bin/env python3
"""The command line: help of each command, exit statuses, landing twice, held snapshots, backup and restore from one database into the
other, check, sign-in, accounts, lists as CSV."""
import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys

from world import PASSWORD, Failed, Missing, Tap, World

COMMANDS = ["init", "sample", "source", "land", "link", "find", "view", "list", "serve", "user", "login", "audit", "backup", "restore", "check", "help"]


def refused(tap, name, world, status, words, *about, **options):
    """The command ends with the status and one sentence that says each of `about`; nothing on standard output."""
    said = world.run(*words, status=None, **options)
    tap.check(f"{name}: status {status} and a sentence",
              world.status == status and said == "" and world.errors.count("\n") == 1 and all(a in world.errors for a in about),
              f"{world.status}\n{said}{world.errors}")


def help_and_usage(tap):
    with World() as world:
        listed = world.run("help")
        tap.check("help lists every command of the issue", all(re.search(rf"^  {c}\s", listed, re.M) for c in COMMANDS), listed)
        for command in COMMANDS:
            shown = world.run(command, "--help")
            tap.check(f"{command} --help says how it is used", shown.startswith(f"usage: staithe {command}") and "--data" in shown and shown == world.run("help", command), shown)
        manual = world.run("help", "--manual")
        tap.check("the manual page has each command and the exit statuses", all(f".Ss staithe {c}" in manual for c in COMMANDS) and ".Sh EXIT STATUS" in manual)
        gone = os.pipe()
        os.close(gone[0])
        piped = subprocess.run([world.program, "help"], stdout=gone[1], stderr=subprocess.PIPE, text=True)
        tap.check("a reader that has gone is no fault: status 141, nothing said", (piped.returncode, piped.stderr) == (141, ""), piped)
        with open("/dev/full", "w", encoding="utf-8") as full:
            piped = subprocess.run([world.program, "help"], stdout=full, stderr=subprocess.PIPE, text=True)
        tap.check("a full disk is said: status 74", piped.returncode == 74 and "disk may be full" in piped.stderr, piped)
        if shutil.which("mandoc"):
            lint = subprocess.run(["mandoc", "-T", "lint", "-W", "warning"], input=manual, capture_output=True, text=True)
            tap.check("mandoc finds no fault in it", lint.returncode == 0, lint.stdout)
        else:
            tap.skip("mandoc finds no fault in it", "mandoc is not installed")
        refused(tap, "an unknown command", world, 64, ["lnad"], "land")
        refused(tap, "an unknown option", world, 64, ["link", "--thraeds", "2"], "--threads")
        refused(tap, "an option without its value", world, 64, ["sample", "--out"], "--out")
        refused(tap, "a number that is none", world, 64, ["sample", "--out", "x", "--residents", "many"], "many")
        refused(tap, "no hub in the folder", world, 66, ["link", "--data", os.path.join(world.folder, "nothing")], "staithe init")
        refused(tap, "no such file to draft from", world, 66, ["source", "draft", "nothing.csv"], "nothing.csv")
        refused(tap, "init without a county", world, 64, ["init", "--data", world.data, "--demo"], "--county")


def checking(tap):
    """source check: files of the county, or drafts, held against the county."""
    with World() as world:
        draft = os.path.join(world.folder, "draft.yaml")

        def from_county(path, *changes):
            with open(os.path.join(world.county, path), encoding="utf-8") as file:
                text = file.read()
            for old, new in changes:
                if old not in text:
                    raise Failed(f"{path} has no {old}")
                text = text.replace(old, new, 1)
            with open(draft, "w", encoding="utf-8") as file:
                file.write(text)
            return draft

        against = ["source", "check", draft, "--county", world.county]
        agreement = "agreements/care_assessment.yaml"
        for what, old, new, *about in (
                ("source", "source: gp_list", "source: gp_lst", '"gp_lst" is no source', "gp_list"),
                ("field", "show: [landlord,", "show: [landlrd,", '"landlrd" is no column of housing_tenancies', "landlord"),
                ("role", "roles: [social_worker]", "roles: [socal_worker]", '"socal_worker" is no role', "social_worker"),
                ("party", "between: [norfolk_county_council,", "between: [norfolk_county_counsel,", '"norfolk_county_counsel" is no agency'),
                ("purpose", "purposes: [care_assessment]", "purposes: [care_asessment]", '"care_asessment" is no purpose', "care_assessment")):
            path = from_county(agreement, (old, new))
            refused(tap, f"an agreement with an unknown {what}, held against the county", world, 65, against, path + ":", *about)
            if what != "party":
                refused(tap, f"and asked for JSON, an unknown {what}", world, 65, [*against, "--json"], path + ":", *about)
            alone = world.run("source", "check", path)
            tap.check(f"by itself the agreement with an unknown {what} reads well, which is said", "by itself" in alone and "--county" in alone, alone)
        from_county(agreement)
        good = json.loads(world.run(*against, "--json"))
        tap.check("a good agreement holds with the county", good["files"] == [{"file": draft, "kind": "agreement", "name": "care_assessment", "clauses": good["files"][0]["clauses"]}]
                  and good["files"][0]["clauses"] > 5 and good["agreements"] == 17 and good["county"] == world.county, good)
        from_county("sources/bus_passes.yaml", ("agreement: ", "agreement: no_such_"))
        refused(tap, "a contract under an unknown agreement", world, 65, against, "is no agreement in the folder agreements")
        from_county("sources/bus_passes.yaml", ("id: bus_passes", "id: rail_cards"))
        refused(tap, "a contract that its agreement does not speak of", world, 65, against, "no clause of the agreement", "rail_cards")
        from_county("sources/bus_passes.yaml")
        good = world.run(*against)
        tap.check("a good contract holds with the county", "the contract of bus_passes holds with the county" in good and "columns" in good, good)
        from_county("lists/home_fire_safety_visits.yaml", ("purpose: ", "purpose: no_such_"))
        refused(tap, "a list of an unknown purpose", world, 65, against, "no_such_")
        from_county("lists/home_fire_safety_visits.yaml")
        good = json.loads(world.run(*against, "--json"))
        tap.check("a good list holds with the county", good["files"][0]["kind"] == "list" and good["files"][0]["reasons"] > 1, good)
        refused(tap, "a list without a county", world, 64, ["source", "check", draft], "--county")
        whole = json.loads(world.run("source", "check", "--county", world.county, "--json"))
        tap.check("the county as a whole, as JSON", whole["files"] == [] and whole["sources"] == 9 and whole["lists"] == 1 and whole["roles"] == 9, whole)
        broken = os.path.join(world.county, "lists", "home_fire_safety_visits.yaml")
        from_county("lists/home_fire_safety_visits.yaml", ("purpose: ", "purpose: no_such_"))
        shutil.copy(draft, broken)
        refused(tap, "a county one of whose lists is at fault", world, 65, ["source", "check", "--county", world.county], "home_fire_safety_visits.yaml", "no_such_")


def landing(tap, world):
    world.init()
    refused(tap, "init twice", world, 75, ["init", "--data", world.data, "--county", world.county, "--demo"], "already")
    world.land_all()
    by_source = {}
    for source, path, as_at in world.extracts():
        by_source.setdefault(source, []).append((path, as_at))
    (older, older_at), (newer, newer_at) = by_source["bus_passes"]
    again = world.land("bus_passes", newer, newer_at)
    tap.check("the current file again changes nothing", again["same_again"] and again["current"], again)
    renamed = os.path.join(world.folder, "renamed.csv")
    shutil.copy(newer, renamed)
    again = world.land("bus_passes", renamed)
    tap.check("nor under another name", again["same_again"], again)
    before = world.json("source", "list")
    said = world.staithe("land", "bus_passes", older, status=None)
    tap.check("an older file again is refused, and --again is named", world.status not in (0, 3) and "--again" in world.errors, said + world.errors)
    tap.check("and nothing changed", world.json("source", "list") == before)

    with open(newer, encoding="utf-8", newline="") as file:
        lines = file.readlines()
    cut = os.path.join(world.folder, "cut.csv")
    with open(cut, "w", encoding="utf-8", newline="") as file:
        file.writelines(lines[:len(lines) // 2])
    held = world.land("bus_passes", cut, "2026-11-10", status=3)
    tap.check("a snapshot that would close half of the records is held: status 3", held["state"] == "held" and not held["current"], held)
    dropped = world.json("land", "bus_passes", "--refuse", str(held["landing"]), status=None)
    tap.check("what was asked was done: status 0", world.status == 0, dropped)
    tap.check("refused by a person it is dropped", dropped["state"] == "refused" and not dropped["current"], dropped)
    with open(cut, "a", encoding="utf-8", newline="") as file:
        file.writelines(lines[-1:])
    held = world.land("bus_passes", cut, "2026-11-11", status=3)
    shown = world.json("land", "bus_passes", "--accept", str(held["landing"]))
    tap.check("accepted it takes effect, and closes what it leaves out", shown["state"] == "current" and shown["closed"] > 10, shown)
    back = world.json("land", "bus_passes", newer, "--as-at", "2026-11-12", "--again")
    tap.check("an older file lands with --again, and its records come back", back["state"] == "current" and back["new"] + back["changed"] > 10, back)
    from_input = world.staithe("land", "bus_passes", "-", "--as-at", "2026-11-13", status=None, stdin="".join(lines))
    tap.check("standard input is landed as a file is", world.status == 0, from_input + world.errors)
    refused(tap, "an unknown source", world, 66, ["land", "--data", world.data, "bus_pases", newer], "staithe source list")
    refused(tap, "a file that is not there", world, 66, ["land", "--data", world.data, "bus_passes", "nothing.csv"], "nothing.csv")
    empty = os.path.join(world.folder, "empty.csv")
    open(empty, "w", encoding="utf-8").close()
    said = world.staithe("land", "bus_passes", empty, status=None)
    tap.check("an empty file is refused with a sentence", world.status == 65 and "empty" in (said + world.errors), f"{world.status} {said}{world.errors}")


def reading(tap, world):
    refused(tap, "find without a sign-in", world, 77, ["find", "--data", world.data, "smith"], "staithe login")
    refused(tap, "a wrong password", world, 77, ["login", "--data", world.data, "sam.social", "--password-file", "-"], stdin="wrong-password-here\n")
    world.login("sam.social", "social_worker", "care_assessment")
    hits = world.json("find", "smith")["hits"]
    person = next((h["person"] for h in hits if "person" in h), None)
    tap.check("find finds people", person is not None, hits)
    view = world.json("view", str(person))
    tap.check("view shows the sources, and those excluded", view["records"] and view["excluded"], view)
    why = world.json("view", "--why", str(person))
    tap.check("view --why explains", "links" in why and why["outcome"], why)
    refused(tap, "a person who is not there", world, 66, ["view", "--data", world.data, "99999999"])
    refused(tap, "a list of another purpose", world, 77, ["list", "--data", world.data, "home_fire_safety_visits"])
    refused(tap, "the audit of everybody", world, 77, ["audit", "--data", world.data])
    mine = world.json("audit", "--mine")
    tap.check("my own reads stand in the audit", {"search", "view", "why"} <= {e["action"] for e in mine} and all(e["account"] == "sam.social" for e in mine), mine)
    world.staithe("login", "--out")
    refused(tap, "after signing out", world, 77, ["view", "--data", world.data, str(person)], "staithe login")
    return person


def accounts(tap, world):
    refused(tap, "accounts without a sign-in", world, 77, ["user", "--data", world.data, "list"], "staithe login")
    world.login("adam.admin")
    world.staithe("user", "add", "nora.nurse", "--shown", "Nora Wherrymoor", "--agency", "norfolk_county_council", "--roles", "social_worker",
                  "--password-file", "-", stdin="a-long-enough-word\n")
    tap.check("an account is made", any(a["name"] == "nora.nurse" and a["roles"] == "social_worker" for a in world.json("user", "list")))
    said = world.staithe("user", "add", "nora.nurse", "--shown", "Nora", "--agency", "norfolk_county_council", "--roles", "social_worker",
                         "--password-file", "-", status=None, stdin="a-long-enough-word\n")
    tap.check("not twice", world.status == 75, said + world.errors)
    world.staithe("login", "nora.nurse", "--role", "social_worker", "--purpose", "care_assessment", "--password-file", "-", stdin="a-long-enough-word\n")
    world.staithe("login", "--out")
    world.login("adam.admin")
    said = world.json("user", "disable", "nora.nurse")
    tap.check("--json says what was done to whom", said == {"done": "disable", "user": "nora.nurse"}, said)
    refused(tap, "a disabled account signs in no more", world, 77, ["login", "--data", world.data, "nora.nurse", "--password-file", "-"], stdin="a-long-enough-word\n")
    world.login("adam.admin")
    world.staithe("user", "enable", "nora.nurse")
    world.staithe("user", "reset", "nora.nurse", "--password-file", "-", stdin="another-long-word\n")
    world.staithe("login", "nora.nurse", "--role", "social_worker", "--purpose", "care_assessment", "--password-file", "-", stdin="another-long-word\n")
    tap.check("enabled and reset, it signs in with the new password", True)
    refused(tap, "a role without the right sees no accounts", world, 77, ["user", "--data", world.data, "list"])
    world.staithe("login", "--out")


def lists(tap, world):
    world.login("fiona.fire")
    text = world.staithe("list", "home_fire_safety_visits", "--csv")
    rows = list(csv.reader(io.StringIO(text.lstrip("﻿"))))
    tap.check("the list as CSV has a line for each person", len(rows) > 2 and len({len(r) for r in rows}) == 1, text[:2000])
    tap.check("no cell begins as a formula does", not any(c[:1] in ("=", "+", "-", "@", "\t", "\r") for r in rows[1:] for c in r if not re.fullmatch(r"[+-]?[\d.]+", c)), text[:2000])
    world.staithe("login", "--out")


def keeping(tap, world, person, other):
    """`other`: the dialect to restore into."""
    linked = world.link()
    backup = os.path.join(world.folder, "backup")
    made = world.json("backup", backup)
    tap.check("a backup is made", made["files"] > 10 and made["rows"] > 1000, made)
    refused(tap, "not over another", world, 75, ["backup", "--data", world.data, backup], "already")
    checked = world.json("check", status=None)
    tap.check("check finds nothing", world.status == 0 and not checked["found"], checked)
    world.login("sam.social", "social_worker", "care_assessment")
    view = world.json("view", str(person))
    world.staithe("login", "--out")
    with World(other) as there:
        there.samples = world.samples
        restored = there.json("restore", backup, "--county", world.county, *(["--store", there.address] if there.address else []))
        tap.check(f"restored into {other}: --json says how much", restored["files"] == made["files"] and restored["hub_rows"] + restored["audit_rows"] == made["rows"], (restored, made))
        checked = there.json("check", "--witness", checked["audit_head"], status=None)
        tap.check(f"restored into {other}: check passes, against the audit's head of before", there.status == 0 and not checked["found"], checked)
        again = there.link()
        tap.check(f"restored into {other}: the digest of records and partition is the same", again["digest"] == linked["digest"], (again, linked))
        there.login("sam.social", "social_worker", "care_assessment")
        tap.check(f"restored into {other}: the view is the same", there.json("view", str(person)) == view)
        said = there.staithe("restore", backup, "--county", world.county, status=None)
        tap.check(f"restored into {other}: not over a folder that is there", there.status == 75, said + there.errors)

    def damaged(name, harm):
        copy, into = os.path.join(world.folder, "damaged-" + name), os.path.join(world.folder, "into-" + name)
        shutil.copytree(backup, copy)
        harm(copy)
        world.run("restore", copy, "--data", into, "--county", world.county, status=None)
        tap.check(f"a damaged backup is refused: {name}; and nothing is made", world.status == 65 and not os.path.exists(into) and not os.path.exists(into + ".part"), f"{world.status} {world.errors}")

    def flip(path, at=None):
        with open(path, "r+b") as file:
            file.seek(0, 2)
            file.seek(file.tell() // 2 if at is None else at)
            byte = file.read(1)
            file.seek(-1, 1)
            file.write(bytes([byte[0] ^ 1]))

    kept = sorted(os.listdir(os.path.join(backup, "kept")))
    damaged("a byte of the hub", lambda f: flip(os.path.join(f, "hub.backup")))
    damaged("a byte of a kept file", lambda f: flip(os.path.join(f, "kept", kept[0])))
    damaged("a file missing", lambda f: os.unlink(os.path.join(f, "kept", kept[0])))
    damaged("no manifest", lambda f: os.unlink(os.path.join(f, "MANIFEST")))
    flip(os.path.join(world.data, "kept", kept[0]))
    found = world.json("check", status=None)
    tap.check("check finds a flipped byte in a kept file: status 1, and names the landing", world.status == 1 and len(found["found"]) == 1 and "landing" in found["found"][0], found)


def story(tap, dialect, other):
    with World(dialect) as world:
        world.sample(residents=400)
        landing(tap, world)
        world.link()
        person = reading(tap, world)
        accounts(tap, world)
        lists(tap, world)
        keeping(tap, world, person, other)


if __name__ == "__main__":
    tap = Tap()
    tap.story("help and usage", help_and_usage)
    tap.story("contracts, agreements and lists held against the county", checking)
    tap.story("the commands on SQLite, restored into PostgreSQL", story, "sqlite", "postgresql")
    tap.story("the commands on PostgreSQL, restored into SQLite", story, "postgresql", "sqlite")
    sys.exit(tap.done())
