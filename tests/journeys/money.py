#!/usr/bin/env python3
"""The story of the county's money in a real browser: a finance officer opens Table 1 down to a source, tries council tax at 4.99%,
takes the workbook away, adds a saving that is refused approval; the director approves it and freezes the version.

money.mjs tells it; this makes the hub and holds the journal and the audit of changes against what was done."""
import json
import os
import sys

from journey import browser_program, modules, tell
from world import PASSWORD, Browser, Tap, World


def story(tap, dialect):
    modules()
    chromium = browser_program()
    with World(dialect) as world:
        world.init()
        with world.serving() as port:
            told = {"base": f"http://127.0.0.1:{port}", "password": PASSWORD, "chromium": chromium, "plain": dialect != "sqlite",
                    "pictures": os.environ.get("JOURNEY_PICTURES", "") if dialect == "sqlite" else ""}
            tell(world, tap, dialect, "money.mjs", told)
            frank = Browser(port)
            frank.sign_in("frank.finance")
            journal = json.loads(frank.ask("GET", "/api/v1/plans/norfolk/journal"))
            grace = Browser(port)
            grace.sign_in("grace.governance")
            changes = [c for c in json.loads(grace.ask("GET", "/api/v1/changes"))["changes"] if c["what"] == "plan"]
            tap.check(f"{dialect}: each entry of the journal has its line in the audit of changes, with who and why",
                      len(journal["entries"]) == len(changes) > 5 and "broken_at" not in journal and
                      all(e["by"] == c["account"] and e["reason"] in c["detail"] for e, c in zip(journal["entries"], changes)),
                      json.dumps([journal["entries"], changes], indent=1)[:3000])
            sam = Browser(port)
            sam.sign_in("sam.social", "social_worker/care_assessment")
            sam.ask("GET", "/plans/norfolk")
            tap.check(f"{dialect}: a social worker opens no plan", sam.status == 403, sam.status)


if __name__ == "__main__":
    tap = Tap()
    tap.story("the county's money on SQLite", story, "sqlite")
    tap.story("the county's money on PostgreSQL", story, "postgresql")
    sys.exit(tap.done())
