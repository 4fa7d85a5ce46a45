#!/usr/bin/env python3
"""Puts files into the program: embed.py OUTPUT NAME=FILE…

Writes OUTPUT/assets.S (.incbin of each file and of its gzip twin, where that is smaller), assets.c (a table) and assets.h (one enum
value a file: style.css is ASSET_STYLE_CSS). A file's address carries the first 16 hex digits of its SHA-256, so it may be kept for a year.
"""
import gzip
import hashlib
import os
import re
import sys

TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml", ".png": "image/png",
         ".ico": "image/x-icon", ".txt": "text/plain; charset=utf-8"}
HEAD = "/* Made by tools/embed.py; edit the files themselves. */\n"


def main(arguments):
    if len(arguments) < 2:
        print(__doc__, file=sys.stderr)
        return 64
    output = os.path.abspath(arguments[0])
    header = HEAD + """#ifndef STAITHE_GENERATED_ASSETS_H
#define STAITHE_GENERATED_ASSETS_H

#include "base/slice.h"

enum asset {
"""
    assembly = HEAD + ".section .rodata\n"
    names, rows = "", ""
    for number, argument in enumerate(arguments[1:]):
        name, _, path = argument.partition("=")
        kind = TYPES.get(os.path.splitext(name)[1])
        if not kind or not re.fullmatch(r"[a-z0-9_.-]+", name):
            print(f"{name}: no type is known for a file of this name; add it to tools/embed.py", file=sys.stderr)
            return 65
        with open(path, "rb") as file:
            data = file.read()
        digest = hashlib.sha256(data).hexdigest()[:16]
        stem, end = os.path.splitext(name)
        packed = gzip.compress(data, 9, mtime=0)
        twins = [("", data)] + ([(".gz", packed)] if len(packed) < len(data) * 0.9 else [])
        sizes = []
        for suffix, content in twins:
            copy = os.path.join(output, f"asset{number}{suffix or '.bin'}")
            with open(copy, "wb") as file:
                file.write(content)
            symbol = f"staithe_asset_{number}{'_gzip' if suffix else ''}"
            quoted = copy.replace("\\", "\\\\").replace('"', '\\"')
            assembly += f".global {symbol}\n.balign 16\n{symbol}:\n.incbin \"{quoted}\"\n.byte 0\n"
            names += f"extern const char {symbol}[];\n"
            sizes.append((symbol, len(content)))
        gz = f"{{{sizes[1][0]}, {sizes[1][1]}}}" if len(sizes) > 1 else "{NULL, 0}"
        url = f"/assets/{stem}-{digest}{end}"
        header += f"    ASSET_{re.sub(r'[^A-Z0-9]', '_', name.upper())},\n"
        rows += f'    {{S_INIT("{url}"), S_INIT("{kind}"), S_INIT("{digest}"), {{{sizes[0][0]}, {sizes[0][1]}}}, {gz}}},\n'
    header += """    ASSET_COUNT
};

struct asset_file {
    struct slice url, type, etag;
    struct slice bytes, gzip; /* gzip: empty when it would not be smaller */
};
extern const struct asset_file asset_files[ASSET_COUNT];

static inline struct slice asset_url(enum asset asset)
{
    return asset_files[asset].url;
}

#endif
"""
    assembly += '.section .note.GNU-stack,"",%progbits\n'
    source = HEAD + f'#include "generated/assets.h"\n\n{names}\nconst struct asset_file asset_files[ASSET_COUNT] = {{\n{rows}}};\n'
    for name, text in (("assets.S", assembly), ("assets.h", header), ("assets.c", source)):
        with open(os.path.join(output, name), "w", encoding="utf-8") as file:
            file.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
