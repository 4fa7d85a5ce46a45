#!/usr/bin/env python3
"""One county, landed with its sources in three orders and linked with one and two threads, on SQLite and on PostgreSQL: one digest of
records and partition. (Orders within the hub are tested in tests/hub; this is the whole program, and the two databases against each other.)"""
import sys

from world import Tap, World

ORDERS = {"as sent": None, "backwards by name": lambda e: (e[2], [-ord(c) for c in e[0]]), "by length of name": lambda e: (e[2], len(e[0]), e[0][::-1])}


def digest_of(dialect, order, threads):
    with World(dialect) as world:
        world.sample(residents=300, seed=7)
        world.init()
        world.land_all(order)
        linked = world.link("--threads", str(threads))
        again = world.link("--threads", str(3 - threads))
        return linked, again


def story(tap):
    first = None
    for dialect, name, threads in (("sqlite", "as sent", 1), ("sqlite", "backwards by name", 2), ("sqlite", "by length of name", 1),
                                   ("postgresql", "backwards by name", 2)):
        def one(tap):
            nonlocal first
            linked, again = digest_of(dialect, ORDERS[name], threads)
            first = first or linked
            tap.check(f"{dialect}, {name}, {threads} thread(s): the same digest, records, links and doubts",
                      all(linked[k] == first[k] for k in ("digest", "records", "links", "doubts")), (linked, first))
            tap.check(f"{dialect}, {name}: linked again with {3 - threads} thread(s) the same digest", again["digest"] == first["digest"], again)
        tap.story(f"{name} on {dialect}", one)


if __name__ == "__main__":
    tap = Tap()
    story(tap)
    sys.exit(tap.done())
