#!/usr/bin/env python3
"""What ill will and bad luck send: guessed passwords, forged sessions and forms, too much, too slowly, paths that climb, markup and
formulas in names; and kill -9 of the server and of a landing at random moments."""
import contextlib
import csv
import http.client
import io
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

from world import PASSWORD, Browser, Tap, World

MARKUP = "<script>alert(1)</script>"
FORMULA = '=HYPERLINK("http://evil.example","x")'
IMAGE = '"><img src=x onerror=alert(2)>'


def raw(port, data, wait=15):
    """Sends bytes as they are; gives back all that comes until the server closes or `wait` seconds have passed."""
    with socket.create_connection(("127.0.0.1", port), timeout=wait) as connection:
        connection.sendall(data)
        answer = b""
        try:
            while part := connection.recv(65536):
                answer += part
                if b"\r\n\r\n" in answer and b"Connection: close" not in data:
                    break
        except (TimeoutError, ConnectionResetError):
            pass
        return answer.decode("utf-8", "replace")


def status_of(answer):
    found = re.match(r"HTTP/1\.1 (\d+)", answer)
    return int(found.group(1)) if found else 0


def forged(tap, port):
    browser = Browser(port)
    browser.sign_in("sam.social", "social_worker/care_assessment")
    name, token = max(browser.cookies.items(), key=lambda item: len(item[1]))
    flipped = token[:-2] + ("A" if token[-2] != "A" else "B") + token[-1]
    for what, value in (("a flipped character", flipped), ("another's guess", "A" * len(token)), ("nothing", ""), ("SQL", "' OR 1=1 --")):
        stranger = Browser(port)
        stranger.cookies = {name: value}
        stranger.ask("GET", "/find?q=smith")
        tap.check(f"a forged session ({what}) is sent to the sign-in page", stranger.status in (302, 303) and "/sign-in" in stranger.headers["Location"], stranger.status)
        answer = stranger.ask("GET", "/api/v1/people?q=smith")
        tap.check(f"a forged session ({what}) gets 401 from the API", stranger.status == 401 and "person" not in answer, answer)
    page = browser.ask("GET", "/purpose")
    good = browser.csrf(page)
    for what, form in (("no token", {}), ("a wrong token", {"csrf": good[:-1] + ("0" if good[-1] != "0" else "1")}), ("an empty token", {"csrf": ""})):
        browser.ask("POST", "/purpose", {"choice": "social_worker/safeguarding", **form})
        tap.check(f"a form with {what} is refused", browser.status == 403, browser.status)
    who = browser.ask("GET", "/api/v1/me")
    tap.check("and did nothing", '"care_assessment"' in who, who)
    stranger = Browser(port)
    stranger.ask("POST", "/sign-in", {"name": "sam.social", "password": PASSWORD, "csrf": "x" * 32, "next": ""})
    tap.check("a sign-in form from another site is refused", stranger.status in (403, 422) and name not in stranger.cookies, stranger.status)
    page = stranger.ask("GET", "/sign-in")
    stranger.ask("POST", "/sign-in", {"csrf": stranger.csrf(page), "name": "sam.social", "password": PASSWORD, "next": "//evil.example/"})
    tap.check("a sign-in leads to no other site", stranger.status in (302, 303) and "evil" not in stranger.headers["Location"], stranger.headers["Location"])
    browser.ask("GET", "/accounts")
    tap.check("a page of another role is refused", browser.status == 403, browser.status)


def too_much(tap, port):
    for what, head in (("that says so", "Content-Length: 104857600\r\n"), ("in chunks", "Transfer-Encoding: chunked\r\n")):
        connection = socket.create_connection(("127.0.0.1", port), timeout=30)
        connection.sendall(f"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n{head}\r\n".encode())
        block, sent, answer = b"a" * 65536, 0, b""
        if "chunked" in head:
            block = b"10000\r\n" + block + b"\r\n"
        try:
            connection.settimeout(0.02)
            while sent < 1600 and not answer:
                try:
                    answer = connection.recv(65536)
                    if not answer:
                        break
                except TimeoutError:
                    pass
                connection.settimeout(10)
                connection.sendall(block)
                connection.settimeout(0.001)
                sent += 1
        except (BrokenPipeError, ConnectionResetError, TimeoutError):
            pass
        connection.settimeout(5)
        try:
            while not answer:
                part = connection.recv(65536)
                if not part:
                    break
                answer += part
        except (TimeoutError, ConnectionResetError):
            pass
        connection.close()
        tap.check(f"a request of 100 MB {what} is refused, long before its end", (status_of(answer.decode("utf-8", "replace")) == 413 or "chunked" in head) and sent < 1000,
                  f"{sent * 64} kB sent; {answer[:200]}")
    tap.check("headers of 200 kB are refused", status_of(raw(port, b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 200000 + b"\r\n\r\n")) in (0, 400, 413, 431))
    browser = Browser(port)
    browser.ask("GET", "/find?q=" + "a" * 9000)
    tap.check("a very long question is answered with a sentence", browser.status in (302, 303, 400, 404, 413, 414, 422), browser.status)
    tap.check("after all that the server answers", json.loads(browser.ask("GET", "/health")) is not None and browser.status == 200, browser.status)


def climbing(tap, port):
    for path in ("/../../../../etc/passwd", "/assets/../../staithe.yaml", "/assets/..%2f..%2fguard.key", "/%2e%2e/%2e%2e/etc/passwd",
                 "/assets/%00", "/sources/..%2f..%2fstaithe.yaml", "/lists/../accounts", "//etc/passwd", "/assets/style.css%00.png"):
        answer = raw(port, f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        tap.check(f"nothing lies at {path}", status_of(answer) in (302, 303, 400, 404) and "root:" not in answer and "store:" not in answer, answer[:300])


def names(tap, world, port, person):
    fiona = Browser(port)
    fiona.sign_in("fiona.fire", "fire_safety_officer/fire_prevention")
    pages = {path: fiona.ask("GET", path) for path in ("/lists/home_fire_safety_visits", "/find?q=" + person, f"/find?q=%3Cscript%3Ealert(1)%3C/script%3E")}
    hit = re.search(r'href="(/people/\d+)"', pages["/find?q=" + person])
    tap.check("the person of that name is found", bool(hit), pages["/find?q=" + person][:3000])
    if hit:
        for path in (hit.group(1), hit.group(1) + "/why", hit.group(1).replace("/people", "/lists/home_fire_safety_visits")):
            pages[path] = fiona.ask("GET", path)
    for path, page in pages.items():
        tap.check(f"markup in a name is text on {path.split('?')[0]}", MARKUP not in page and "<img src=x" not in page, page)
    shown = pages.get(hit.group(1), "") if hit else ""
    tap.check("and is shown as it was sent", "&lt;script&gt;alert(1)&lt;/script&gt;" in shown and "&lt;img src=x" in shown, shown)
    export = fiona.ask("GET", "/lists/home_fire_safety_visits/export.csv")
    cells = [cell for row in csv.reader(io.StringIO(export.lstrip("﻿"))) for cell in row]
    tap.check("the formula stands in the export", any("HYPERLINK" in cell for cell in cells), export[:2000])
    tap.check("and is defused there", not any(re.match(r"[=@\t\r]|[+-](?![\d.]+$)", cell) for cell in cells), [c for c in cells if "HYPERLINK" in c])


def guessing(tap, port):
    answers = {}
    for name in ("stella.steward", "nobody.here"):
        browser, said = Browser(port), []
        for number in range(20):
            page = browser.ask("GET", "/sign-in")
            answer = browser.ask("POST", "/sign-in", {"csrf": browser.csrf(page), "name": name, "password": f"wrong-password-{number}", "next": ""})
            found = re.search(r'error-summary__list"><li><a href="#name">([^<]*)', answer)
            said.append((browser.status, re.sub(r"\d+ seconds?", "N seconds", found.group(1)) if found else answer[:200]))
        answers[name] = said
        page = browser.ask("GET", "/sign-in")
        browser.ask("POST", "/sign-in", {"csrf": browser.csrf(page), "name": name, "password": PASSWORD, "next": ""})
        tap.check("even the right password must wait then", browser.status == 429, browser.status)
    tap.check("after a few wrong passwords each must wait", answers["stella.steward"][-1][0] == 429 and answers["stella.steward"][0][0] != 429, answers["stella.steward"])
    tap.check("an account that is not there answers in the same words", answers["stella.steward"] == answers["nobody.here"], answers)


def open_to_the_world(tap, world):
    for more in ([], ["--behind-proxy"]):
        said = world.staithe("serve", "--address", "0.0.0.0", "--port", "0", *more, status=None)
        tap.check(f"with demonstration accounts it does not listen on 0.0.0.0 {' '.join(more)}", world.status == 77 and "demonstration" in world.errors
                  or world.status not in (0, -9) and not more and "proxy" in world.errors, f"{world.status} {said}{world.errors}")


def killed_server(tap, world, person, rounds):
    """Concerns are written while the server is killed: each that was acknowledged is there afterwards, and the hub is whole."""
    acknowledged = []

    def write(sam, form, stop):
        try:
            while not stop.is_set():
                words = f"concern number {len(acknowledged) + 1} of round {form['round']}"
                sam.ask("POST", f"/people/{person}/concern", {"csrf": form["csrf"], "anchor": form["anchor"], "words": words})
                if sam.status in (302, 303):
                    acknowledged.append(words)
                time.sleep(0.01)  # The steward's page, where they are looked for, shows the oldest 200.
        except (OSError, http.client.HTTPException):
            pass  # the server is gone

    for number in range(rounds):
        with world.serving() as port:
            sam = Browser(port)
            sam.sign_in("sam.social", "social_worker/care_assessment")
            page = sam.ask("GET", f"/people/{person}")
            form = {"csrf": sam.csrf(page), "anchor": re.search(r"anchor=(\d+)", page).group(1), "round": number}
            stop = threading.Event()
            writer = threading.Thread(target=write, args=(sam, form, stop))
            writer.start()
            time.sleep(random.uniform(0.1, 0.8))
            world.server_process.kill()
            stop.set()
            writer.join()
    with world.serving() as port:
        sam = Browser(port)
        sam.sign_in("sam.social", "social_worker/care_assessment")
        stella = Browser(port)
        stella.sign_in("stella.steward", "data_steward/stewarding")
        part = page = stella.ask("GET", "/concerns")
        while (more := re.search(r'href="(/concerns\?after=\d+)" rel="next"', part)):
            part = stella.ask("GET", more.group(1))
            page += part
        lost = [words for words in acknowledged if f"“{words}”" not in page]
        tap.check("after kill -9 of the server everything acknowledged is there", acknowledged and not lost, f"{len(acknowledged)} acknowledged; lost {lost}")
        tap.note(f"{len(acknowledged)} concerns were acknowledged before {rounds} kills")
    checked = world.json("check", status=None)
    tap.check("and staithe check finds no fault", not checked["found"], checked)


def killed_landing(tap, world, rounds):
    """A landing killed at a random moment leaves the state before or after it; landed once more it is there."""
    files = [(path, as_at) for source, path, as_at in world.extracts() if source == "gp_list"]
    started = time.monotonic()
    world.land("gp_list", *files[0])
    took = time.monotonic() - started

    def state():
        return next((s.get("as_at"), s.get("landing")) for s in world.json("source", "list") if s["source"] == "gp_list")

    seen = set()
    for number in range(rounds):
        path, as_at = files[(number + 1) % 2]
        before = state()
        process = subprocess.Popen([world.program, "land", "--data", world.data, "gp_list", path, "--as-at", as_at, "--again", "--json"],
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        time.sleep(random.uniform(0.05, 1.6) * took)
        process.send_signal(signal.SIGKILL)
        said = process.communicate()[0]
        after = state()
        checked = world.json("check", status=None)
        whole = after == before or after[0] == as_at
        tap.check(f"kill -9 of a landing, moment {number + 1}: the state before or after, and check finds no fault",
                  whole and not checked["found"] and (after != before if '"current"' in said else True), (before, after, said, checked))
        seen.add(after == before)
        again = world.json("land", "gp_list", path, "--as-at", as_at, "--again")
        tap.check(f"landed once more it is there, moment {number + 1}", again["current"] and state()[0] == as_at, again)
    tap.note(f"a landing took {took:.2f} s; killed ones left the state before: {True in seen}, after: {False in seen}")


def holding(folder, words):
    """The files below the folder that hold the words as they are."""
    found = []
    for place, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(place, name), "rb") as file:
                if words in file.read():
                    found.append(os.path.join(place, name))
    return found


def incoming(folder):
    return [n for n in os.listdir(folder) if n.startswith("incoming-")] if os.path.isdir(folder) else []


def waited(for_what):
    until = time.monotonic() + 60
    while not (there := for_what()) and time.monotonic() < until:
        time.sleep(0.02)
    return there


def killed_while_reading(tap, world):
    """A landing that reads standard input is killed in the middle of it, and a server in the middle of an upload."""
    kept, uploads = os.path.join(world.data, "kept"), os.path.join(world.data, "uploads")
    row = b"999 000 0018,Marmaduke Quillfeather,1 Staithe Street\n"
    before = len(os.listdir(kept))
    reading = subprocess.Popen([world.program, "land", "--data", world.data, "bus_passes", "-", "--again"], stdin=subprocess.PIPE,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    reading.stdin.write(row * 40000)
    reading.stdin.flush()
    tap.check("what comes from standard input goes straight into the keeper", waited(lambda: any(os.path.getsize(os.path.join(kept, n)) > 1000000 for n in incoming(kept))))
    path, as_at = [(p, a) for s, p, a in world.extracts() if s == "council_tax"][-1]
    world.land("council_tax", path, as_at, status=None)
    tap.check("another command takes nothing from a landing that still reads", len(incoming(kept)) == 1, os.listdir(kept))
    reading.kill()
    reading.communicate()
    tap.check("kill -9 in the middle of reading leaves nothing that can be read", holding(world.data, b"Quillfeather") == [], holding(world.data, b"Quillfeather"))
    world.land("council_tax", path, as_at, status=None)
    tap.check("and the next command sweeps what it left", incoming(kept) == [] and len(os.listdir(kept)) == before, os.listdir(kept))
    with world.serving() as port:
        stella = Browser(port)
        stella.sign_in("stella.steward", "data_steward/stewarding")
        cookies = "; ".join(f"{name}={value}" for name, value in stella.cookies.items())
        head = (f"POST /sources/bus_passes HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookies}\r\nOrigin: http://127.0.0.1:{port}\r\n"
                "Content-Type: multipart/form-data; boundary=tide\r\nContent-Length: 90000000\r\n\r\n"
                '--tide\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n')
        with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
            connection.sendall(head.encode() + row * 40000)
            tap.check("an upload arrives in a file of its own", waited(lambda: any(os.path.getsize(os.path.join(uploads, n)) > 1000000 for n in incoming(uploads))), os.listdir(uploads))
            world.server_process.kill()
            world.server_process.wait()
    with world.serving():
        tap.check("what a killed server had half received is gone at its next start",
                  os.listdir(uploads) == [] and holding(world.data, b"Quillfeather") == [], os.listdir(uploads))


def cut_short(tap, world, words):
    """Readers see the file where the system has it in memory: what is not there any more cannot be an error of one request."""
    whole, world.data = world.data, world.data + "-cut"
    shutil.copytree(whole, world.data)
    try:
        with world.serving() as port:
            sam = Browser(port)
            sam.sign_in("sam.social", "social_worker/care_assessment")
            found = sam.ask("GET", "/api/v1/people?q=" + words)
            os.truncate(os.path.join(world.data, "hub.db"), 8192)
            with contextlib.suppress(OSError, http.client.HTTPException):
                sam.ask("GET", "/api/v1/people?q=" + words)
            status = world.server_process.wait(30)
        tap.check("a database cut short under the server ends it with a sentence and the status of a failed disk",
                  json.loads(found)["hits"] and status == 74 and "failed to give a page" in world.server_log,
                  f"{status}: {world.server_log}")
    finally:
        shutil.rmtree(world.data)
        world.data = whole


def story(tap):
    random.seed(os.environ.get("HOSTILE_SEED", "20261127"))
    with World("sqlite") as world:
        world.sample(residents=300)
        world.init()
        visited = "".join(open(path, encoding="cp1252").read() for source, path, _ in world.extracts() if source == "fire_safety_visits")
        for source, path, as_at in world.extracts():
            if source == "adult_social_care_clients":
                with open(path, newline="", encoding="utf-8-sig") as file:
                    rows = list(csv.DictReader(file))
                row = next(r for r in rows if r["STATUS"] == "Open" and r["DOB"][6:] < "1970" and not r["DOD"] and r["POSTCODE"] not in visited)
                row.update(FIRST_NAME=FORMULA, LAST_NAME="Zwitherby " + MARKUP, KNOWN_AS=IMAGE, HOME_OXYGEN="Y", HOARDING="Y", CLIENT_ID="AS99999999")
                rows.append(row)
                with open(path, "w", newline="", encoding="utf-8") as file:
                    writer = csv.DictWriter(file, rows[0].keys())
                    writer.writeheader()
                    writer.writerows(rows)
            if (source, as_at) != ("gp_list", "2026-11-01"):
                world.land(source, path, as_at)
        world.link()
        open_to_the_world(tap, world)
        with world.serving() as port:
            slow = socket.create_connection(("127.0.0.1", port), timeout=90)
            slow_started = time.monotonic()
            slow.sendall(b"GET / HTTP/1.1\r\nHost: local")
            closed = []

            def trickle():
                try:
                    while time.monotonic() - slow_started < 80:
                        slow.sendall(b"h")
                        slow.settimeout(0.5)
                        try:
                            if not slow.recv(4096):
                                break
                        except TimeoutError:
                            continue
                except OSError:
                    pass
                closed.append(time.monotonic() - slow_started)

            trickling = threading.Thread(target=trickle)
            trickling.start()
            forged(tap, port)
            too_much(tap, port)
            climbing(tap, port)
            names(tap, world, port, "zwitherby")
            trickling.join()
            tap.check("a request that trickles in is closed at a deadline", closed[0] < 60, f"after {closed[0]:.0f} s")
            sam = Browser(port)
            sam.sign_in("sam.social", "social_worker/care_assessment")
            person = json.loads(sam.ask("GET", "/api/v1/people?q=zwitherby"))["hits"][0]["person"]
        killed_server(tap, world, person, 3)
        killed_landing(tap, world, 5)
        killed_while_reading(tap, world)
        cut_short(tap, world, "zwitherby")
        with world.serving() as port:
            guessing(tap, port)  # last: it makes everybody of this address wait


if __name__ == "__main__":
    tap = Tap()
    tap.story("ill will and bad luck", story)
    sys.exit(tap.done())
