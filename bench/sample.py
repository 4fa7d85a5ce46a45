#!/usr/bin/env python3
"""Making the sample county: a million residents, and the same bytes from one and from two threads at 20,000.

    bench/sample.py BUILD
"""
import hashlib
import os
import resource
import subprocess
import sys
import tempfile
import time


def digest(folder):
    whole = hashlib.sha256()
    for path, _, names in sorted(os.walk(folder)):
        for name in sorted(names):
            whole.update(name.encode())
            with open(os.path.join(path, name), "rb") as file:
                for block in iter(lambda: file.read(1 << 20), b""):
                    whole.update(block)
    return whole.hexdigest()


def main():
    program = os.path.join(os.path.abspath(sys.argv[1]), "src", "program", "staithe")
    with tempfile.TemporaryDirectory() as folder:
        digests = set()
        for threads in (1, 2):
            out = os.path.join(folder, f"t{threads}")
            subprocess.run([program, "sample", "--residents", "20000", "--threads", str(threads), "--out", out], check=True,
                           stdout=subprocess.DEVNULL)
            digests.add(digest(out))
        print(f"20,000 residents, one and two threads: {'the same bytes' if len(digests) == 1 else 'DIFFERENT BYTES'}")
        started = time.monotonic()
        subprocess.run([program, "sample", "--residents", "1000000", "--out", os.path.join(folder, "million")], check=True)
        print(f"a million residents: {time.monotonic() - started:.1f} s, "
              f"{resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MiB at most")
        return len(digests) != 1


if __name__ == "__main__":
    sys.exit(main())
