#!/usr/bin/env python3
"""Compiles sql/ to C: the named statements to an enum and a text for each database, the migrations to numbered texts.

    tools/sql.py SQL-FOLDER OUTPUT-FOLDER [--depfile FILE]

A file of statements is sql/statements/<room>.sql. Each statement begins with a line

    -- name: person_by_id                 one text for both databases
    -- name: person_by_id sqlite          or a text for each
    -- name: person_by_id postgresql

ends with a semicolon, and takes its arguments as $1, $2, … ($N is ?N for SQLite). Comments go into the header as
documentation and never into the program. Migrations are sql/schema/NNNN_name.sql (the hub) and sql/audit/NNNN_name.sql (the
audit of reads), numbered from 0001 without a gap.

Both are written in the words of SQLite; PostgreSQL's are put in their place: INTEGER is BIGINT, BLOB is BYTEA, REAL is
DOUBLE PRECISION, TEXT has COLLATE "C" where a column is made. SQLite's tables are made STRICT, and WITHOUT ROWID where the
primary key stands as a line of its own. A migration's digest is taken over its words without comments and spacing, so
that a better comment does not make every store a stranger.

Anything malformed ends the build with file and line.
"""
import hashlib
import os
import re
import sys

TOKEN = re.compile(
    r"""(?P<space>\s+)|(?P<comment>--[^\n]*|/\*.*?\*/)|(?P<string>'(?:[^']|'')*')|(?P<quoted>"(?:[^"]|"")*")"""
    r"""|(?P<argument>\$\d+)|(?P<word>[A-Za-z_][A-Za-z0-9_]*)|(?P<number>\d+(?:\.\d+)?)|(?P<other>::|\|\||->>|->|<=|>=|<>|!=|==|.)""",
    re.S | re.X)
NAME = re.compile(r"^--\s*name:\s*(.*?)\s*$")
WORDS = {"INTEGER": "BIGINT", "BLOB": "BYTEA", "REAL": "DOUBLE PRECISION"}


class Fault(Exception):
    pass


def fault(path, line, words):
    raise Fault(f"{path}:{line}: {words}")


def read(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    if "\0" in text:
        fault(path, 1, "a NUL byte stands in the file; remove it")
    return text


def tokens(text, path, first_line):
    """Kind, text and line of each token; spaces and comments included."""
    out, at, line = [], 0, first_line
    while at < len(text):
        match = TOKEN.match(text, at)
        kind, piece = match.lastgroup, match.group()
        if kind == "other" and piece in "'\"":
            fault(path, line, f"a {piece} is opened and never closed; close it")
        if kind == "other" and piece == "?":
            fault(path, line, "arguments are written $1, $2, …; write the ? so")
        if kind == "argument" and int(piece[1:]) == 0:
            fault(path, line, "arguments count from $1")
        out.append((kind, piece, line))
        line += piece.count("\n")
        at = match.end()
    return out


def squeezed(parts):
    """The tokens' texts joined, each run of spaces and comments as one space."""
    out, gap = [], False
    for kind, piece, _ in parts:
        if kind in ("space", "comment"):
            gap = bool(out)
            continue
        if gap:
            out.append(" ")
            gap = False
        out.append(piece)
    return "".join(out)


def sqlite_text(parts):
    return squeezed([(k, "?" + p[1:] if k == "argument" else p, n) for k, p, n in parts])


def postgresql_text(parts, columns):
    out = []
    for kind, piece, line in parts:
        if kind == "word" and piece in WORDS:
            piece = WORDS[piece]
        elif kind == "word" and piece == "TEXT" and columns:
            piece = 'TEXT COLLATE "C"'
        out.append((kind, piece, line))
    return squeezed(out)


def statements_of(path, room):
    """[{name, dialect, line, about, parts}] of one file."""
    found, current = [], None
    lines = read(path).split("\n")
    about = []
    for number, line in enumerate(lines, 1):
        header = NAME.match(line)
        if header:
            words = header.group(1).split()
            if len(words) not in (1, 2) or not re.fullmatch(r"[a-z][a-z0-9_]*", words[0] if words else ""):
                fault(path, number, "write `-- name: ` and then a name of small letters, digits and underscores")
            if len(words) == 2 and words[1] not in ("sqlite", "postgresql"):
                fault(path, number, f"after the name may stand sqlite or postgresql, not {words[1]}")
            current = {"name": words[0], "dialect": words[1] if len(words) == 2 else None, "line": number, "path": path,
                       "room": room, "about": about, "text": ""}
            about = []
            found.append(current)
        elif current is None or current.get("ended"):
            # Between statements stand blank lines and comments; those just above a name belong to it.
            if line.strip() == "":
                about = []
            elif line.startswith("--"):
                about.append(line[2:].strip())
            else:
                fault(path, number, "SQL stands outside any statement; begin it with a line `-- name: …`")
        else:
            current["text"] += line + "\n"
            if line.split("--")[0].rstrip().endswith(";"):
                current["ended"] = True
    for statement in found:
        line = statement["line"]
        parts = tokens(statement["text"], path, line + 1)
        real = [p for p in parts if p[0] not in ("space", "comment")]
        if not real:
            fault(path, line, f"the statement {statement['name']} is empty; write its SQL below the name")
        if real[-1][1] != ";":
            fault(path, line, f"the statement {statement['name']} does not end with a semicolon")
        for kind, piece, at in real[:-1]:
            if piece == ";":
                fault(path, at, f"the statement {statement['name']} is two; give each its own name")
        while parts and parts[-1][1] != ";":
            parts.pop()
        parts.pop()
        used = {int(p[1][1:]) for p in real if p[0] == "argument"}
        if used and used != set(range(1, max(used) + 1)):
            fault(path, line, f"the arguments of {statement['name']} do not run from $1 without a gap")
        statement["parts"], statement["arguments"] = parts, max(used, default=0)
        for kind, piece, _ in parts:
            if kind == "comment" and piece.startswith("--"):
                statement["about"].append(piece[2:].strip())
    return found


def gather(folder, sources):
    """{name: {sqlite, postgresql, arguments, …}} in order of file and place."""
    table = {}
    for path in sources:
        room = os.path.splitext(os.path.basename(path))[0]
        for s in statements_of(path, room):
            entry = table.setdefault(s["name"], {"first": s, "variants": {}})
            for dialect in ([s["dialect"]] if s["dialect"] else ["sqlite", "postgresql"]):
                if dialect in entry["variants"]:
                    other = entry["variants"][dialect]
                    fault(s["path"], s["line"], f"the name {s['name']} stands already at {other['path']}:{other['line']};"
                          " give this one another")
                entry["variants"][dialect] = s
    for name, entry in table.items():
        first = entry["first"]
        for dialect in ("sqlite", "postgresql"):
            if dialect not in entry["variants"]:
                fault(first["path"], first["line"], f"the statement {name} has no text for {dialect}; write one")
        counts = {v["arguments"] for v in entry["variants"].values()}
        if len(counts) != 1:
            fault(first["path"], first["line"], f"the two texts of {name} take different numbers of arguments")
    return table


def migrations_of(folder):
    out = []
    for path in folder:
        name = os.path.basename(path)
        match = re.fullmatch(r"(\d{4})_([a-z0-9_]+)\.sql", name)
        if not match:
            fault(path, 1, "a migration is called NNNN_name.sql, in small letters")
        if int(match.group(1)) != len(out) + 1:
            fault(path, 1, f"migrations count from 0001 without a gap; this one should be {len(out) + 1:04d}")
        parts = tokens(read(path), path, 1)
        out.append({"number": len(out) + 1, "name": match.group(2), "sqlite": sqlite_migration(parts, path),
                    "postgresql": postgresql_text(parts, True),
                    "digest": hashlib.sha256(squeezed(parts).encode()).hexdigest()})
    return out


def sqlite_migration(parts, path):
    """STRICT behind each CREATE TABLE's last bracket, and WITHOUT ROWID where PRIMARY KEY ( … ) is a line of its own."""
    out, depth, table, keyed, recent = [], 0, False, False, []
    for kind, piece, line in parts:
        if kind in ("space", "comment"):
            out.append((kind, piece, line))
            continue
        recent = (recent + [piece.upper()])[-4:]
        if kind == "argument":
            fault(path, line, "a migration takes no arguments")
        if recent[-2:] == ["CREATE", "TABLE"]:
            table, keyed, depth = True, False, 0
        if table and depth == 1 and recent in ([",", "PRIMARY", "KEY", "("], ["(", "PRIMARY", "KEY", "("]):
            keyed = True
        if piece == "(":
            depth += 1
        elif piece == ")":
            depth -= 1
            if depth < 0:
                fault(path, line, "a bracket is closed that was never opened")
            if depth == 0 and table:
                piece = ") STRICT, WITHOUT ROWID" if keyed else ") STRICT"
                table = False
        out.append((kind, piece, line))
    if depth:
        fault(path, parts[-1][2], "a bracket is opened and never closed")
    return squeezed(out)


def c_string(text):
    out = []
    for byte in text.encode():
        c = chr(byte)
        if c in "\"\\?":
            out.append("\\" + c)
        elif 32 <= byte < 127:
            out.append(c)
        else:
            out.append(f"\\{byte:03o}")
    # Long literals in pieces, for the reader of a compiler's message; never inside an escape.
    pieces, size = [[]], 0
    for bit in out:
        if size > 100 and bit == " ":
            pieces.append([])
            size = 0
        pieces[-1].append(bit)
        size += len(bit)
    return "\n        ".join('"' + "".join(p) + '"' for p in pieces)


def comment(lines, indent):
    text = " ".join(x for x in lines if x).replace("*/", "* /").replace("/*", "/ *")
    return f"{indent}/* {text} */\n" if text else ""


HEAD = "/* Made by tools/sql.py from sql/; edit there. */\n"


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def main(arguments):
    if len(arguments) not in (2, 4):
        print(__doc__, file=sys.stderr)
        return 64
    folder, output = arguments[:2]
    inputs = {}
    for part in ("statements", "schema", "audit"):
        where = os.path.join(folder, part)
        inputs[part] = [os.path.join(where, n) for n in sorted(os.listdir(where)) if n.endswith(".sql")]
    table = gather(folder, inputs["statements"])

    header = HEAD + "#ifndef STAITHE_GENERATED_STATEMENTS_H\n#define STAITHE_GENERATED_STATEMENTS_H\n\nenum statement {\n"
    for name, entry in table.items():
        header += comment(entry["first"]["about"], "    ") + f"    STATEMENT_{name.upper()},\n"
    header += """    STATEMENT_COUNT
};

struct statement_text {
    const char *name, *room;
    const char *sqlite, *postgresql;
    int arguments;
};
extern const struct statement_text statement_texts[STATEMENT_COUNT];

#endif
"""
    write(os.path.join(output, "statements.h"), header)
    source = HEAD + '#include "generated/statements.h"\n\nconst struct statement_text statement_texts[STATEMENT_COUNT] = {\n'
    for name, entry in table.items():
        v = entry["variants"]
        source += (f"    [STATEMENT_{name.upper()}] = {{\n        \"{name}\", \"{entry['first']['room']}\",\n        "
                   f"{c_string(sqlite_text(v['sqlite']['parts']))},\n        "
                   f"{c_string(postgresql_text(v['postgresql']['parts'], False))},\n        "
                   f"{v['sqlite']['arguments']}}},\n")
    write(os.path.join(output, "statements.c"), source + "};\n")

    write(os.path.join(output, "migrations.h"), HEAD + """#ifndef STAITHE_GENERATED_MIGRATIONS_H
#define STAITHE_GENERATED_MIGRATIONS_H

struct migration {
    int number;
    const char *name;
    const char *sqlite, *postgresql;
    const char *digest; /* SHA-256 in hex, over the words without comments and spacing */
};
extern const struct migration schema_migrations[];
extern const int schema_migration_count;
extern const struct migration audit_migrations[];
extern const int audit_migration_count;

#endif
""")
    source = HEAD + '#include "generated/migrations.h"\n'
    for part in ("schema", "audit"):
        rows = migrations_of(inputs[part])
        if not rows:
            fault(os.path.join(folder, part), 1, "there is no migration here")
        source += f"\nconst struct migration {part}_migrations[] = {{\n"
        for m in rows:
            source += (f"    {{{m['number']}, \"{m['name']}\",\n        {c_string(m['sqlite'])},\n        "
                       f"{c_string(m['postgresql'])},\n        \"{m['digest']}\"}},\n")
        source += f"}};\nconst int {part}_migration_count = {len(rows)};\n"
    write(os.path.join(output, "migrations.c"), source)

    if len(arguments) == 4:
        must_be, depfile = arguments[2:]
        if must_be != "--depfile":
            print(__doc__, file=sys.stderr)
            return 64
        needed = [f for files in inputs.values() for f in files]
        needed += [os.path.join(folder, part) for part in inputs]  # A new file changes its folder's time.
        names = " ".join(os.path.join(output, n).replace(" ", "\\ ")
                         for n in ("statements.h", "statements.c", "migrations.h", "migrations.c"))
        write(depfile, names + ": " + " ".join(n.replace(" ", "\\ ") for n in needed) + "\n")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Fault as said:
        print(said, file=sys.stderr)
        sys.exit(65)
