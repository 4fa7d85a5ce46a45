#!/usr/bin/env python3
"""A private PostgreSQL server for one run of the tests: in a temporary folder, on a unix socket, gone at the end.

    with postgres.Server() as address: …        address is "" and server.reason says why where it cannot run
    tests/postgres.py COMMAND…                   runs the command with STAITHE_TEST_POSTGRESQL set

initdb refuses root, so as root the server runs as the account `postgres` of Debian's package. It does not sync (a test of
durability that needs it starts its own with fsync=on).
"""
import glob
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time


def programs():
    """The folder of initdb and postgres, 15 or newer, or None."""
    folders = [f for f in glob.glob("/usr/lib/postgresql/*/bin") if os.path.exists(os.path.join(f, "initdb"))]
    folders = [f for f in folders if int(f.split("/")[4].split(".")[0]) >= 15]
    return max(folders, key=lambda f: int(f.split("/")[4].split(".")[0]), default=None)


class Server:
    def __init__(self, fsync=False, settings=()):
        self.fsync, self.settings = fsync, list(settings)
        self.folder = self.process = None
        self.reason = ""

    def _command(self, *words):
        if os.geteuid() != 0:
            return list(words)
        account = pwd.getpwnam("postgres")
        return ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups", *words]

    def __enter__(self):
        bin_folder = programs()
        if not bin_folder:
            self.reason = "PostgreSQL 15's server is not installed (package postgresql-15)"
            return ""
        try:
            pwd.getpwnam("postgres")
        except KeyError:
            if os.geteuid() == 0:
                self.reason = "there is no account postgres to run the server as (package postgresql-15)"
                return ""
        self.folder = tempfile.mkdtemp(prefix="staithe-pg-")
        data, environment = os.path.join(self.folder, "data"), {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
        if os.geteuid() == 0:
            account = pwd.getpwnam("postgres")
            os.chown(self.folder, account.pw_uid, account.pw_gid)
        os.chmod(self.folder, 0o711)
        made = subprocess.run(self._command(os.path.join(bin_folder, "initdb"), "-D", data, "-U", "staithe", "-A", "trust",
                                            "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"),
                              env=environment, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if made.returncode != 0:
            self.reason = "initdb failed: " + made.stdout.decode("utf-8", "replace").strip().splitlines()[-1]
            self.__exit__()
            return ""
        sync = "on" if self.fsync else "off"
        options = [f"unix_socket_directories={self.folder}", "listen_addresses=", f"fsync={sync}",
                   f"synchronous_commit={sync}", f"full_page_writes={sync}", "max_connections=200",
                   "shared_buffers=128MB", "max_wal_size=1GB", "autovacuum=off", "jit=off", *self.settings]
        words = [os.path.join(bin_folder, "postgres"), "-D", data]
        for option in options:
            words += ["-c", option]
        self.words, self.environment, self.ready = words, environment, os.path.join(bin_folder, "pg_isready")
        if self.start():
            return f"postgresql://staithe@/postgres?host={self.folder}"
        self.reason = "the PostgreSQL server did not start"
        self.__exit__()
        return ""

    def start(self):
        """Starts it, also again after stop(); true when it answers."""
        self.log = open(os.path.join(self.folder, "log"), "ab")
        self.process = subprocess.Popen(self._command(*self.words), env=self.environment, cwd="/", stdout=self.log,
                                        stderr=self.log, stdin=subprocess.DEVNULL, start_new_session=True)
        for _ in range(300):
            if subprocess.run([self.ready, "-q", "-h", self.folder], env=self.environment).returncode == 0:
                return True
            if self.process.poll() is not None:
                return False
            time.sleep(0.1)
        return False

    def stop(self):
        """At once, as if the power went: what was not synced to the disk counts as lost by its own rules."""
        if self.process:
            self.process.send_signal(signal.SIGQUIT)
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.log.close()
            self.process = None

    def __exit__(self, *_):
        self.stop()
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder = None


def main(command):
    server = Server()
    with server as address:
        if not address:
            print("# " + server.reason, file=sys.stderr)
        return subprocess.run(command, env={**os.environ, "STAITHE_TEST_POSTGRESQL": address}).returncode


if __name__ == "__main__":
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        sys.exit(64)
    sys.exit(main(sys.argv[1:]))
