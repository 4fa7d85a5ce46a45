#!/usr/bin/env python3
"""Links records that Python holds, through ctypes: link_people.py people.csv [libstaithe-link.so]. Prints who is who, and why."""
import csv
import ctypes
import sys

lib = ctypes.CDLL(sys.argv[2] if len(sys.argv) > 2 else "libstaithe-link.so.0")
HANDLE, TEXT, NUMBER = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_uint32
for name, result, *arguments in [("make", HANDLE), ("free", None, HANDLE), ("error", TEXT, HANDLE), ("specify", ctypes.c_int, HANDLE, TEXT),
                                 ("add", ctypes.c_int, HANDLE, TEXT, TEXT, ctypes.POINTER(TEXT)), ("run", ctypes.c_int, HANDLE),
                                 ("records", NUMBER, HANDLE), ("id", TEXT, HANDLE, NUMBER), ("entity", NUMBER, HANDLE, NUMBER),
                                 ("explain", TEXT, HANDLE, NUMBER, NUMBER, ctypes.c_bool)]:
    function = getattr(lib, f"linkage_{name}")
    function.restype, function.argtypes = result, arguments


def check(status):
    if status:
        sys.exit(lib.linkage_error(people).decode())


people = lib.linkage_make()
check(lib.linkage_specify(people, b"columns: {first_name: given_name, surname: family_name, born: date, town: place, email: email}"))
with open(sys.argv[1], newline="", encoding="utf-8") as file:
    for row in csv.DictReader(file):
        values = (TEXT * 5)(*(row[name].encode() for name in ("Forename", "Surname", "Date of birth", "Town", "E-mail")))
        check(lib.linkage_add(people, b"members", row["id"].encode(), values))
check(lib.linkage_run(people))
entities = {}
for record in range(lib.linkage_records(people)):
    entities.setdefault(lib.linkage_entity(people, record), []).append(record)
    print(f"{lib.linkage_id(people, record).decode()},{lib.linkage_entity(people, record)}")
pair = next((records for records in entities.values() if len(records) > 1), None)
if pair:
    print(lib.linkage_explain(people, pair[0], pair[1], False).decode(), end="")
lib.linkage_free(people)
