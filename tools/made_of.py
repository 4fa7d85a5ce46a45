#!/usr/bin/env python3
"""A header with a digest of the files given and of all headers beside them: made_of.py OUTPUT DEPFILE FILE…

A hub that was linked by other source texts of the engine is linked anew once (src/hub/linking_state.c), whoever forgot to raise a number.
"""
import glob
import hashlib
import os
import sys


def main(output, depfile, *files):
    headers = {header for path in files for header in glob.glob(os.path.join(os.path.dirname(path), "*.h"))}
    digest = hashlib.sha256()
    for path in sorted({*files, *headers}, key=lambda path: path.split(os.sep)[-2:]):
        with open(path, "rb") as file:
            text = file.read()
        digest.update(f"{os.path.basename(path)} {len(text)}\n".encode() + text)
    with open(output, "w", encoding="ascii") as file:
        file.write("/* Made by tools/made_of.py. */\n"
                   f'#define MADE_OF "{digest.hexdigest()[:16]}"\n')
    with open(depfile, "w", encoding="utf-8") as file:
        file.write(f"{output}: {' '.join(sorted(headers))}\n")


main(*sys.argv[1:])
