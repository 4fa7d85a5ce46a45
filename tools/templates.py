#!/usr/bin/env python3
"""Compiles page and part templates to C: templates.py FOLDER OUTPUT [--depfile FILE]

FOLDER/pages/NAME.html gives `struct page_NAME` and `struct html render_NAME(struct arena *, const struct page_NAME *)`;
FOLDER/parts/NAME.html gives `struct part_NAME`, which pages and other parts include. Names hold small letters, digits and underscores.
OUTPUT gets templates.h and templates.c.

A file begins with a comment that declares its fields, one a line, after any words of explanation:

    {#
    One hit of a search.
    name: text              a slice, escaped for its place
    link: url               struct url (html.h), for href, src and action only
    chart: html             struct html, put in as it is
    count: integer          int64_t; with commas in text, plain in attributes
    died: bool
    facts: list of fact     const struct page_X_fact *facts; size_t facts_count
    fact.title: text        fields of the list's own type
    marks: list of mark     … or of a part, when parts/mark.html is there
    home: part home         const struct part_home *, may be NULL
    #}

Below: {{ field }} · {{ row.field }} · {{ loop.number }} · {% if field %} {% if not field %} {% else if field %} {% else %} {% end %} ·
{% for row in rows %} {% end %} · {% include row %} (a part) · {% asset style.css %} (inside href or src) · {# comment #}

What stands where decides how it is escaped, and what cannot be made safe is refused with file and line: anything inside script, style or
a comment, in an attribute without double quotes, in on…, style and srcdoc attributes, a text at the start of an address. Elements must be
closed where they were opened. A field that is declared and never used, or used and never declared, is refused too.
"""
import os
import re
import sys

PIECE = re.compile(r"\{\{(.*?)\}\}|\{%(.*?)%\}|\{#(.*?)#\}", re.S)
NAME = r"[a-z][a-z0-9_]*"
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
URL_ATTRIBUTES = {"href", "src", "action", "formaction", "cite", "poster"}
REFUSED_ATTRIBUTES = re.compile(r"on[a-z]*$|style$|srcdoc$|srcset$|http-equiv$|content$")
KINDS = {"text", "url", "html", "integer", "bool"}


class Fault(Exception):
    pass


class Template:
    def __init__(self, kind, name, path):
        self.kind, self.name, self.path = kind, name, path
        self.struct = f"{kind}_{name}"
        self.types = {"": {}}  # local type name ("" is the file's own) -> {field: kind}
        self.used = set()
        with open(path, encoding="utf-8") as file:
            self.text = file.read()

    def fault(self, line, words):
        raise Fault(f"{self.path}:{line}: {words}")

    def struct_of(self, local):
        return self.struct if local == "" else f"{self.struct}_{local}"


class Context:
    """Where in the markup we are. Equal contexts may meet after an if."""

    def __init__(self):
        self.state, self.tag, self.attribute, self.value, self.stack = "text", "", "", None, ()

    def copy(self):
        other = Context()
        other.__dict__.update(self.__dict__)
        return other

    def key(self):
        start = self.value == "" if self.value is not None else None
        tag = "" if self.state in ("text", "comment") else self.tag
        return (self.state, tag, self.attribute if self.state == "value" else "", start, self.stack)

    def words(self):
        where = {"text": "in text", "tag": f"inside <{self.tag}>", "value": f"in the attribute {self.attribute}",
                 "raw": f"inside {self.tag}", "comment": "in a comment"}.get(self.state, "inside a tag")
        return where + (f" within {' > '.join(self.stack)}" if self.stack else "")


def declare(template, templates):
    """Reads the head; returns where the body starts."""
    match = re.match(r"\s*\{#(.*?)#\}\n?", template.text, re.S)
    if not match:
        template.fault(1, "a template begins with {# … #} that declares its fields")
    for offset, line in enumerate(match.group(1).split("\n")):
        found = re.match(rf"\s*(?:({NAME})\.)?({NAME}):\s+(list of {NAME}|part {NAME}|{NAME})(?:\s{{2,}}.*)?$", line)
        if not found:
            if re.match(rf"\s*[a-z_.]+:\s*\S+\s*$", line):
                template.fault(1 + offset, f"this is no field: {line.strip()}")
            continue
        owner, field, kind = found.group(1) or "", found.group(2), found.group(3)
        if not (kind in KINDS or kind.startswith(("list of ", "part "))):
            template.fault(1 + offset, f"{kind} is no kind of field; there are text, url, html, integer, bool, list of …, part …")
        fields = template.types.setdefault(owner, {})
        if field in fields:
            template.fault(1 + offset, f"the field {field} is declared twice")
        fields[field] = kind
    for owner, fields in template.types.items():
        for field, kind in fields.items():
            words = kind.split()
            if words[0] == "list" and words[2] not in template.types and ("part", words[2]) not in templates:
                template.fault(1, f"{field} is a list of {words[2]}, which is neither declared here nor a part")
            if words[0] == "part" and ("part", words[1]) not in templates:
                template.fault(1, f"{field} is the part {words[1]}, and there is no parts/{words[1]}.html")
    return match.end()


class Compiler:
    def __init__(self, template, templates, start):
        self.t, self.templates = template, templates
        self.at, self.line = start, 1 + template.text[:start].count("\n")
        self.out, self.indent, self.counter = [], 1, 0
        self.scopes = [("", "", template, "page")]  # (loop name, local type, its template, C expression)
        self.context = Context()
        self.blocks = []
        self.empty = not template.text[start:].strip()  # a part that is a shape only

    def fault(self, words):
        self.t.fault(self.line, words)

    def emit(self, code):
        self.out.append("    " * self.indent + code)

    # ---- fields ----

    def resolve(self, path):
        """C expression, kind and the (template, local type) that a list or part holds."""
        path = path.strip()
        if not re.fullmatch(rf"{NAME}(\.{NAME})?", path):
            self.fault(f"{{{{ {path} }}}} is no field; write name or row.name")
        first, _, rest = path.partition(".")
        if first == "loop":
            if rest != "number" or len(self.scopes) == 1:
                self.fault("loop.number stands inside a for only")
            return f"(int64_t)i{self.scopes[-1][4]} + 1", "integer", None
        for scope in reversed(self.scopes[1:]):
            if scope[0] == first:
                if not rest:
                    return scope[3], "row", (scope[2], scope[1])
                return self.field(scope[2], scope[1], rest, scope[3])
        if rest:
            kind = self.t.types[""].get(first, "")
            if kind.startswith("part "):
                self.t.used.add(("", first))
                part = self.templates[("part", kind.split()[1])]
                return self.field(part, "", rest, f"page->{first}")
            self.fault(f"there is no loop over {first} around this")
        return self.field(self.t, "", first, "page")

    def field(self, owner, local, name, expression):
        kind = owner.types[local].get(name)
        if kind is None:
            known = ", ".join(sorted(owner.types[local])) or "none"
            self.fault(f"there is no field {name}; there are: {known}")
        if owner is self.t:
            self.t.used.add((local, name))
        inner = None
        words = kind.split()
        if words[0] == "list":
            inner = (owner, words[2]) if words[2] in owner.types else (self.templates[("part", words[2])], "")
        elif words[0] == "part":
            inner = (self.templates[("part", words[1])], "")
        return f"{expression}->{name}", kind, inner

    # ---- markup ----

    def literal(self, text):
        """Walks the markup to know the place of what comes next, and puts it out with its indentation folded."""
        c = self.context
        pre = set(c.stack) & {"pre", "textarea"}
        i = 0
        while i < len(text):
            ch = text[i]
            if ch == "\n":
                self.line += 1
            if c.state == "text":
                if text.startswith("<!--", i):
                    c.state = "comment"
                    i += 4
                    continue
                if ch == "<":
                    found = re.match(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)", text[i:])
                    if not found and not text.startswith("<!", i):
                        self.fault("a < stands alone; write &lt;")
                    if found:
                        c.tag = ("/" if found.group(1) else "") + found.group(2).lower()
                        i += found.end()
                    else:
                        c.tag = "!"
                        i += 2
                    c.state = "tag"
                    continue
            elif c.state == "comment":
                if text.startswith("-->", i):
                    c.state = "text"
                    i += 3
                    continue
            elif c.state == "raw":
                if text[i:].lower().startswith("</" + c.tag):
                    c.state = "text"
                    continue
            elif c.state == "tag":
                if ch == ">":
                    self.close_tag(text[i - 1] == "/" if i else False)
                elif not ch.isspace() and ch != "/":
                    if c.tag == "!":
                        i += 1
                        continue
                    found = re.match(r"[a-zA-Z][a-zA-Z0-9:_-]*", text[i:])
                    if not found:
                        self.fault(f"inside <{c.tag}> stands {ch}; an attribute's name was expected")
                    c.attribute = found.group().lower()
                    i += found.end()
                    if text[i:i + 1] == "=":
                        if text[i + 1:i + 2] != '"':
                            self.fault(f"the value of {c.attribute} is not in double quotes")
                        c.state, c.value = "value", ""
                        i += 2
                    continue
            elif c.state == "value":
                if ch == '"':
                    if c.attribute in URL_ATTRIBUTES and re.match(r"\s*(javascript|data|vbscript):", c.value, re.I):
                        self.fault(f"{c.attribute} may not hold a script")
                    c.state, c.attribute, c.value = "tag", "", None
                elif ch == "<":
                    self.fault(f"a < stands in the value of {c.attribute}; was the quote closed?")
                else:
                    c.value += ch
            i += 1
        if not pre and not set(c.stack) & {"pre", "textarea"}:
            text = re.sub(r"[ \t]*\n\s*", "\n", text)
        if text and not (text == "\n" and self.out and self.out[-1].endswith('\\n"));')):
            for start in range(0, len(text), 2000):
                self.emit(f"buffer_add(out, S({c_string(text[start:start + 2000])}));")

    def close_tag(self, self_closed):
        c = self.context
        c.state = "text"
        if c.tag.startswith("/"):
            name = c.tag[1:]
            if not c.stack or c.stack[-1] != name:
                self.fault(f"</{name}> closes nothing that is open here" + (f"; <{c.stack[-1]}> is" if c.stack else ""))
            c.stack = c.stack[:-1]
        elif c.tag in ("script", "style"):
            c.stack += (c.tag,)
            c.state = "raw"
        elif c.tag != "!" and c.tag not in VOID and not self_closed:
            c.stack += (c.tag,)

    def interpolate(self, path):
        c = self.context
        expression, kind, _ = self.resolve(path)
        words = kind.split()[0]
        if words in ("list", "part", "row", "bool"):
            self.fault(f"{path} is a {kind}; it cannot stand in the page by itself")
        if c.state == "text":
            if words == "url":
                self.fault(f"{path} is a url; it stands in href, src or action only")
            self.emit({"text": f"html_escape(out, {expression});", "html": f"buffer_add(out, {expression}.markup);",
                       "integer": f"html_integer(out, {expression}, true);"}[words])
        elif c.state == "value":
            if REFUSED_ATTRIBUTES.match(c.attribute) and not (c.attribute == "content" and c.tag == "meta"):
                self.fault(f"nothing may be put into the attribute {c.attribute}")
            if words == "html":
                self.fault(f"{path} is html; it cannot stand in an attribute")
            if c.attribute in URL_ATTRIBUTES:
                if c.value == "":
                    if words != "url":
                        self.fault(f"an address begins with {path}, which is {kind}; declare it as url")
                    self.emit(f"html_url(out, {expression});")
                elif words == "url":
                    self.fault(f"{path} is a whole url; it must be all of {c.attribute}")
                elif not re.match(r"/[^/]|/$|[?#]", c.value):
                    self.fault(f"an address that is put together begins with /, ? or #, not {c.value}")
                else:
                    self.emit(f"percent_encode(out, {expression});" if words == "text" else f"html_integer(out, {expression}, false);")
            elif words == "url":
                self.fault(f"{path} is a url; it stands in href, src or action only")
            else:
                self.emit(f"html_escape(out, {expression});" if words == "text" else f"html_integer(out, {expression}, false);")
            c.value += "\1"
        else:
            self.fault(f"nothing may be put in {c.words()}")

    # ---- statements ----

    def condition(self, path):
        negated = path.startswith("not ")
        expression, kind, _ = self.resolve(path[4:] if negated else path)
        test = {"text": f"{expression}.len", "url": f"{expression}.text.len", "html": f"{expression}.markup.len",
                "integer": f"{expression} != 0", "bool": expression, "part": expression, "row": "true"}.get(kind.split()[0])
        if kind.startswith("list"):
            test = f"{expression}_count"
        return f"!({test})" if negated else test

    def statement(self, words):
        c = self.context
        if c.state in ("raw", "comment"):
            self.fault(f"nothing may be put {c.words()}")
        if found := re.fullmatch(r"if (.+)", words):
            self.emit(f"if ({self.condition(found.group(1))}) {{")
            self.blocks.append(["if", c.copy(), None, self.line, False])
            self.indent += 1
        elif words == "else" or words.startswith("else if "):
            if not self.blocks or self.blocks[-1][0] != "if" or self.blocks[-1][4]:
                self.fault("else belongs to no if")
            block = self.blocks[-1]
            self.same(block)
            block[4] = words == "else"
            self.indent -= 1
            self.emit("} else {" if words == "else" else f"}} else if ({self.condition(words[8:])}) {{")
            self.indent += 1
            self.context = block[1].copy()
        elif found := re.fullmatch(rf"for ({NAME}) in (.+)", words):
            name, path = found.groups()
            expression, kind, inner = self.resolve(path)
            if not kind.startswith("list "):
                self.fault(f"{path} is {kind}, no list")
            if name in ("loop", "page") or any(s[0] == name for s in self.scopes) or name in self.t.types[""]:
                self.fault(f"the name {name} is taken; choose another for this loop")
            self.counter += 1
            n = self.counter
            self.emit(f"for (size_t i{n} = 0; i{n} < {expression}_count; i{n}++) {{")
            self.indent += 1
            self.emit(f"const struct {inner[0].struct_of(inner[1])} *v{n} = &{expression}[i{n}];")
            self.emit(f"(void)v{n};")
            self.scopes.append((name, inner[1], inner[0], f"v{n}", n))
            self.blocks.append(["for", c.copy(), None, self.line, False])
        elif words == "end":
            if not self.blocks:
                self.fault("end closes nothing")
            block = self.blocks.pop()
            if block[0] == "for":
                self.scopes.pop()
                block[2] = block[1]
            elif not block[4]:  # an if without else: nothing may change in it
                self.same(block)
                block[2] = block[1]
            self.same(block)
            self.indent -= 1
            self.emit("}")
        elif found := re.fullmatch(r"include (.+)", words):
            expression, kind, inner = self.resolve(found.group(1))
            if inner is None or inner[1] != "" or inner[0].kind != "part" or kind.startswith("list"):
                self.fault(f"{found.group(1)} is no part; only parts are included")
            if c.state != "text":
                self.fault("a part is included in text only")
            if kind == "row":
                self.emit(f"put_{inner[0].struct}(out, {expression});")
            else:
                self.emit(f"if ({expression})")
                self.emit(f"    put_{inner[0].struct}(out, {expression});")
        elif found := re.fullmatch(r"asset ([a-z0-9_.-]+)", words):
            if c.state != "value" or c.attribute not in ("href", "src") or c.value != "":
                self.fault("an asset stands alone in href or src")
            symbol = "ASSET_" + re.sub(r"[^A-Z0-9]", "_", found.group(1).upper())
            self.emit(f"buffer_add(out, asset_url({symbol}));")
            self.t.assets = True
            c.value += "\1"
        else:
            self.fault(f"{{% {words} %}} is no statement")

    def same(self, block):
        """Each branch must leave the markup in the same place."""
        if block[2] is None:
            block[2] = self.context.copy()
        if block[2].key() != self.context.key():
            self.fault(f"this branch ends {self.context.words()}, the other way {block[2].words()}; close in each what it opens")

    def run(self):
        text = self.t.text
        self.t.assets = False
        for match in PIECE.finditer(text, self.at):
            self.literal(text[self.at:match.start()])
            if match.group(1) is not None:
                self.interpolate(match.group(1))
            elif match.group(2) is not None:
                self.statement(" ".join(match.group(2).split()))
            self.line += match.group().count("\n")
            self.at = match.end()
        self.literal(text[self.at:].rstrip("\n"))
        if self.blocks:
            self.t.fault(self.blocks[-1][3], f"this {self.blocks[-1][0]} has no end")
        if self.context.state != "text" or self.context.stack:
            self.fault(f"the file ends {self.context.words()}; close what is open")
        for local, fields in self.t.types.items():
            for field in fields:
                if (local, field) not in self.t.used and not (self.t.kind == "part" and self.empty):
                    self.t.fault(1, f"the field {local + '.' if local else ''}{field} is declared and never used")
        return self.out


def c_string(text):
    out = []
    for byte in text.encode():
        ch = chr(byte)
        if ch in '"\\?':
            out.append("\\" + ch)
        elif ch == "\n":
            out.append("\\n")
        elif 32 <= byte < 127:
            out.append(ch)
        else:
            out.append(f"\\{byte:03o}")
    return '"' + "".join(out) + '"'


def fields_of(template, local):
    lines = []
    for field, kind in template.types[local].items():
        words = kind.split()
        if words[0] == "list":
            owner = template.struct_of(words[2]) if words[2] in template.types else f"part_{words[2]}"
            lines.append(f"    const struct {owner} *{field};")
            lines.append(f"    size_t {field}_count;")
        elif words[0] == "part":
            lines.append(f"    const struct part_{words[1]} *{field};")
        else:
            c_type = {"text": "struct slice ", "url": "struct url ", "html": "struct html ", "integer": "int64_t ", "bool": "bool "}
            lines.append(f"    {c_type[kind]}{field};")
    return lines or ["    char nothing; /* it has no fields */"]


HEAD = "/* Made by tools/templates.py from the templates; edit there. */\n"


def main(arguments):
    if len(arguments) not in (2, 4):
        print(__doc__, file=sys.stderr)
        return 64
    folder, output = arguments[:2]
    templates, inputs = {}, []
    for kind, where in (("part", "parts"), ("page", "pages")):
        path = os.path.join(folder, where)
        inputs.append(path)
        for name in sorted(os.listdir(path)) if os.path.isdir(path) else []:
            if name.endswith(".html"):
                full = os.path.join(path, name)
                if not re.fullmatch(NAME, name[:-5]):
                    raise Fault(f"{full}:1: a template's name holds small letters, digits and underscores")
                templates[(kind, name[:-5])] = Template(kind, name[:-5], full)
                inputs.append(full)
    starts = {key: declare(t, templates) for key, t in templates.items()}
    bodies = {key: Compiler(t, templates, starts[key]).run() for key, t in templates.items()}
    assets = any(t.assets for t in templates.values())

    header = HEAD + '#ifndef STAITHE_GENERATED_TEMPLATES_H\n#define STAITHE_GENERATED_TEMPLATES_H\n\n#include "web/html.h"\n\n'
    source = HEAD + '#include "generated/templates.h"\n\n' + ('#include "generated/assets.h"\n' if assets else "")
    source += '#include "web/parameters.h"\n\n'
    taken = {}
    for t in templates.values():
        for local in t.types:
            other = taken.setdefault(t.struct_of(local), t)
            if other is not t:
                t.fault(1, f"struct {t.struct_of(local)} is made by {other.path} too; rename one")
            header += f"struct {t.struct_of(local)};\n"
    for t in templates.values():
        for local in t.types:
            header += f"\nstruct {t.struct_of(local)} {{\n" + "\n".join(fields_of(t, local)) + "\n};\n"
    header += "\n"
    for (kind, name), t in templates.items():
        source += f"static void put_{t.struct}(struct buffer *out, const struct {t.struct} *page);\n"
        if kind == "page":
            header += f"struct html render_{name}(struct arena *arena, const struct page_{name} *page);\n"
    for (kind, name), t in templates.items():
        source += f"\nstatic void put_{t.struct}(struct buffer *out, const struct {t.struct} *page)\n{{\n    (void)out, (void)page;\n"
        source += "\n".join(bodies[(kind, name)]) + "\n}\n"
        if kind == "page":
            source += (f"\nstruct html render_{name}(struct arena *arena, const struct page_{name} *page)\n{{\n"
                       f"    struct buffer out = buffer_make(arena);\n    put_{t.struct}(&out, page);\n"
                       f"    return (struct html){{buffer_slice(&out)}};\n}}\n")
        else:
            source += f"\n__attribute__((unused)) static void (*const keep_{t.struct})(struct buffer *, const struct {t.struct} *) = put_{t.struct};\n"
    header += "\n#endif\n"
    for name, text in (("templates.h", header), ("templates.c", source)):
        with open(os.path.join(output, name), "w", encoding="utf-8") as file:
            file.write(text)
    if len(arguments) == 4:
        with open(arguments[3], "w", encoding="utf-8") as file:
            names = " ".join(os.path.join(output, n).replace(" ", "\\ ") for n in ("templates.h", "templates.c"))
            file.write(names + ": " + " ".join(n.replace(" ", "\\ ") for n in inputs) + "\n")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Fault as said:
        print(said, file=sys.stderr)
        sys.exit(65)
