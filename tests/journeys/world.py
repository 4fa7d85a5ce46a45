"""A hub made by the real program, for tests that tell a whole story: a data folder, a sample county, a server.

    with World("sqlite") as world:
        world.sample(residents=1000)
        world.init()
        world.land_all()
        world.link()
        with world.serving() as port: …

World("postgresql") uses a fresh database of the private server that tests/run.py started; Missing says why when there is none.
Everything lies in a temporary folder and is gone afterwards.
"""
import contextlib
import csv
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.parse

ROOT = os.environ.get("STAITHE_SOURCE_ROOT") or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("STAITHE_BUILD_ROOT") or os.path.join(ROOT, "build-test")
PASSWORD = "wherry-staithe-reed"


class Missing(Exception):
    """What a test needs is not on this machine; the text is the reason for the skip."""


class Failed(Exception):
    pass


def shared_data(*parts):
    """A path below the shared data that lies beside the repository, or Missing."""
    for base in (os.environ.get("STAITHE_SHARED"), os.path.join(os.path.dirname(ROOT), "shared")):
        if base and os.path.exists(os.path.join(base, "data", *parts)):
            return os.path.join(base, "data", *parts)
    raise Missing(f"shared/data/{'/'.join(parts)} is not beside the repository")


class World:
    def __init__(self, dialect="sqlite", program=None, county=None):
        self.program = program or os.path.join(BUILD, "src", "program", "staithe")
        self.dialect = dialect
        self.county_from = county or os.path.join(ROOT, "county", "norfolk")

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="staithe-world-")
        self.data = os.path.join(self.folder, "data")
        self.county = os.path.join(self.folder, "county")
        shutil.copytree(self.county_from, self.county)
        self.address = ""
        if self.dialect == "postgresql":
            server = os.environ.get("STAITHE_TEST_POSTGRESQL", "")
            if not server:
                shutil.rmtree(self.folder)
                raise Missing(os.environ.get("STAITHE_TEST_POSTGRESQL_REASON") or "no private PostgreSQL server runs (tests/run.py starts one)")
            self.database = f"world_{os.getpid()}_{int(time.monotonic_ns())}"
            self.server = server
            self._psql(f"CREATE DATABASE {self.database}")
            parts = urllib.parse.urlsplit(server)
            self.address = urllib.parse.urlunsplit((parts.scheme, parts.netloc, "/" + self.database, parts.query, ""))
        return self

    def __exit__(self, *_):
        if self.dialect == "postgresql":
            with contextlib.suppress(Failed):
                self._psql(f"DROP DATABASE IF EXISTS {self.database} WITH (FORCE)")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _psql(self, statement):
        done = subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", self.server, "-c", statement],
                              capture_output=True, text=True)
        if done.returncode:
            raise Failed(done.stderr)

    def run(self, *words, status=0, stdin=None):
        """Runs a command; returns its output. Any other exit status than `status` (None: any) fails."""
        done = subprocess.run([self.program, *words], input=stdin, capture_output=True, text=True, cwd=self.folder)
        self.status, self.errors = done.returncode, done.stderr
        if status is not None and done.returncode != status:
            raise Failed(f"staithe {' '.join(words)} ended with {done.returncode}: {done.stderr or done.stdout}")
        return done.stdout

    def staithe(self, command, *words, **options):
        return self.run(command, "--data", self.data, *words, **options)

    def json(self, command, *words, **options):
        return json.loads(self.staithe(command, *words, "--json", **options))

    # ---- making ----

    def sample(self, residents=1000, seed=1):
        self.samples = os.path.join(self.folder, "sample")
        self.run("sample", "--residents", str(residents), "--seed", str(seed), "--out", self.samples)

    def extracts(self):
        with open(os.path.join(self.samples, "extracts.csv"), newline="", encoding="utf-8") as file:
            return [(row["source"], os.path.join(self.samples, row["file"]), row["as_at"]) for row in csv.DictReader(file)]

    def init(self):
        store = ["--store", self.address] if self.address else []
        return self.staithe("init", "--county", self.county, "--demo", *store)

    def land(self, source, path, as_at=None, **options):
        return self.json("land", source, path, *(["--as-at", as_at] if as_at else []), **options)

    def land_all(self, order=None):
        for source, path, as_at in sorted(self.extracts(), key=order) if order else self.extracts():
            self.land(source, path, as_at)

    def link(self, *words):
        return self.json("link", *words)

    def login(self, name, role=None, purpose=None):
        words = [name, "--password-file", "-"]
        words += ["--role", role] if role else []
        words += ["--purpose", purpose] if purpose else []
        return self.staithe("login", *words, stdin=PASSWORD + "\n")

    # ---- serving ----

    @contextlib.contextmanager
    def serving(self):
        """A server on a free port, ended at the end; a sanitizer's report in its log is a failure."""
        log_path = os.path.join(self.folder, "server.log")
        with open(log_path, "w", encoding="utf-8") as log:
            process = subprocess.Popen([self.program, "serve", "--data", self.data, "--port", "0"], stdout=subprocess.PIPE,
                                       stderr=log, text=True, cwd=self.folder)
        try:
            port = None
            for line in process.stdout:
                said = re.search(r"http://[^:]+:(\d+)", line)
                if said:
                    port = int(said.group(1))
                    break
            if not port:
                process.wait(10)
                with open(log_path, encoding="utf-8") as log:
                    raise Failed("the server did not start: " + log.read())
            self.server_process = process
            yield port
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            with open(log_path, encoding="utf-8", errors="replace") as log:
                self.server_log = log.read()
        if "Sanitizer" in self.server_log or "runtime error" in self.server_log:
            raise Failed(self.server_log)


class Browser:
    """The smallest of browsers: cookies and forms over one connection, for tests and benchmarks that need no real one."""

    def __init__(self, port):
        self.port, self.cookies = port, {}

    def ask(self, method, path, form=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = dict(headers or {})
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        body = None
        if form is not None:
            body = urllib.parse.urlencode(form)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers.setdefault("Origin", f"http://127.0.0.1:{self.port}")
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        self.status, self.headers = answer.status, answer.headers
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, value = cookie.split(";")[0].split("=", 1)
            if "Max-Age=0" in cookie or not value:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        text = answer.read().decode("utf-8", "replace")
        connection.close()
        return text

    def csrf(self, page):
        return re.search(r'name="csrf" value="([^"]+)"', page).group(1)

    def sign_in(self, name, choice=None):
        page = self.ask("GET", "/sign-in")
        self.ask("POST", "/sign-in", {"csrf": self.csrf(page), "name": name, "password": PASSWORD, "next": ""})
        if self.status not in (302, 303):
            raise Failed(f"signing in as {name} answered {self.status}")
        if choice:
            page = self.ask("GET", "/purpose")
            self.ask("POST", "/purpose", {"csrf": self.csrf(page), "choice": choice, "next": ""})
            if self.status not in (302, 303):
                raise Failed(f"choosing {choice} answered {self.status}")


class Tap:
    """Prints TAP as it goes; used as

        tap = Tap()
        tap.check("a thing holds", condition, "what was seen instead")
        sys.exit(tap.done())
    """

    def __init__(self):
        self.count = self.failures = 0

    def check(self, name, holds, seen=""):
        self.count += 1
        if not holds:
            self.failures += 1
            for line in str(seen).splitlines()[:40]:
                print("# " + line)
        print(f"{'ok' if holds else 'not ok'} {self.count} - {name}", flush=True)
        return holds

    def skip(self, name, reason):
        self.count += 1
        print(f"ok {self.count} - {name} # SKIP {reason}", flush=True)

    def note(self, text):
        for line in str(text).splitlines():
            print("# " + line, flush=True)

    def story(self, name, function, *arguments):
        """Runs a story; an exception in it is one failure, a Missing one skip."""
        try:
            function(self, *arguments)
        except Missing as missing:
            self.skip(name, str(missing))
        except Exception as fault:  # a story must not take the others with it
            self.check(name, False, f"{type(fault).__name__}: {fault}")

    def done(self):
        print(f"1..{self.count}", flush=True)
        return 1 if self.failures or not self.count else 0
