"""Reads workbooks without any library, poisons their cached values, and has LibreOffice compute them again."""
import os
import re
import shutil
import subprocess
import tempfile
import time
import zipfile
import xml.etree.ElementTree as ET
from decimal import Decimal

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
PACKAGE = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

# Without this LibreOffice trusts the values that it finds in the file.
RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""


def soffice():
    return shutil.which("soffice") or shutil.which("libreoffice")


def sheets(path):
    """{sheet: {address: (formula or None, type, value text)}}, strings looked up."""
    with zipfile.ZipFile(path) as file:
        strings = []
        if "xl/sharedStrings.xml" in file.namelist():
            for item in ET.fromstring(file.read("xl/sharedStrings.xml")):
                strings.append("".join(t.text or "" for t in item.iter(MAIN + "t")))
        targets = {r.get("Id"): r.get("Target") for r in ET.fromstring(file.read("xl/_rels/workbook.xml.rels"))}
        found = {}
        for sheet in ET.fromstring(file.read("xl/workbook.xml")).find(MAIN + "sheets"):
            cells = {}
            target = targets[sheet.get(PACKAGE)].lstrip("/")
            root = ET.fromstring(file.read(target if target.startswith("xl/") else "xl/" + target))
            for cell in root.iter(MAIN + "c"):
                formula, value, kind = cell.find(MAIN + "f"), cell.find(MAIN + "v"), cell.get("t", "n")
                text = value.text if value is not None else None
                if kind == "s" and text is not None:
                    text = strings[int(text)]
                cells[cell.get("r")] = ((formula.text or "") if formula is not None else None, kind, text)
            found[sheet.get("name")] = cells
    return found


def poison(path, to):
    """The same workbook with every value that stands beside a formula replaced by a wrong one."""
    count = 0
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            data = source.read(name)
            if name.startswith("xl/worksheets/sheet"):
                text, done = re.subn(r"(</f>)<v>[^<]*</v>", r"\1<v>987654321</v>", data.decode())
                data, count = text.encode(), count + done
            target.writestr(name, data)
    return count


def recalculate(path, folder):
    """LibreOffice's own file of the workbook, and the seconds that it took."""
    profile = os.path.join(folder, "profile")
    os.makedirs(os.path.join(profile, "user"), exist_ok=True)
    with open(os.path.join(profile, "user", "registrymodifications.xcu"), "w", encoding="utf-8") as file:
        file.write(RECALCULATE)
    out = os.path.join(folder, "recalculated")
    started = time.monotonic()
    subprocess.run([soffice(), "-env:UserInstallation=file://" + profile, "--headless", "--convert-to", "xlsx", "--outdir", out, path],
                   check=True, capture_output=True, timeout=300)
    return os.path.join(out, os.path.basename(path)), time.monotonic() - started


def thousandth(text):
    return Decimal(text).quantize(Decimal("0.001"), rounding="ROUND_HALF_UP")


def near_tie(text):
    """Within 1e-9 of half way between two thousandths."""
    rest = abs(Decimal(text)) * 1000 % 1
    return abs(rest - Decimal("0.5")) < Decimal("0.000001")


def compare(engine, other):
    """Formula cells of the engine's workbook against the other's values: (compared, ties, faults)."""
    compared, ties, faults = 0, [], []
    for sheet, cells in engine.items():
        for address, (formula, kind, value) in cells.items():
            if formula is None:
                continue
            compared += 1
            theirs = other.get(sheet, {}).get(address, (None, None, None))
            if kind == "str":
                if theirs[2] != value:
                    faults.append(f"{sheet}!{address}: {value} against {theirs[2]} ={formula[:80]}")
                continue
            try:
                same = thousandth(value) == thousandth(theirs[2])
            except (TypeError, ArithmeticError):
                same = False
            if same:
                continue
            if theirs[2] is not None and near_tie(value) and abs(Decimal(value) - Decimal(theirs[2])) < Decimal("0.0011"):
                ties.append(f"{sheet}!{address} {value}")
            else:
                faults.append(f"{sheet}!{address}: {value} against {theirs[2]} ={formula[:80]}")
    return compared, ties, faults
