#!/usr/bin/env python3
"""tools/templates.py: what it refuses, and where it says so; and that safe markup is made in two places only. Prints TAP."""
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.environ.get("STAITHE_SOURCE_ROOT") or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
HEAD = "{#\nname: text\nlink: url\nmark: html\ncount: integer\nyes: bool\nrows: list of row\nrow.name: text\nhome: part home\n#}\n"
USE = ('{{name}}{{count}}{{mark}}<a href="{{link}}">x</a>{% if yes %}y{% end %}'
       "{% for r in rows %}{{r.name}}{% end %}{% if home %}{% include home %}{% end %}\n")
PARTS = {"home": "{#\naddress: text\n#}\n<p>{{address}}</p>\n"}

BAD = [  # body after HEAD and USE, words of the refusal, its line
    ("text inside script", "<script>var x = '{{name}}';</script>", "script", 11),
    ("a statement inside style", "<style>{% if yes %}{% end %}</style>", "style", 11),
    ("text in a comment", "<!-- {{name}} -->", "comment", 11),
    ("an unquoted attribute", "<p id={{name}}>x</p>", "double quotes", 11),
    ("a single-quoted attribute", "<p id='{{name}}'>x</p>", "double quotes", 11),
    ("an event handler", '<p onclick="{{name}}">x</p>', "onclick", 11),
    ("a style attribute", '<p style="color:{{name}}">x</p>', "style", 11),
    ("srcdoc", '<iframe srcdoc="{{name}}"></iframe>', "srcdoc", 11),
    ("a text as an address", '<a href="{{name}}">x</a>', "declare it as url", 11),
    ("a text behind a scheme", '<a href="https:{{name}}">x</a>', "begins with /", 11),
    ("a text behind two slashes", '<a href="//{{name}}">x</a>', "begins with /", 11),
    ("a script as an address", '<a href="javascript:alert(1)">x</a>', "script", 11),
    ("html in an attribute", '<p title="{{mark}}">x</p>', "html", 11),
    ("a url in text", "<p>{{link}}</p>", "url", 11),
    ("a name of a tag", "<{{name}}>", "<", 11),
    ("a name of an attribute", "<p {{name}}>x</p>", "inside", 11),
    ("an undeclared field", "\n\n{{nome}}", "there is no field nome", 13),
    ("a field of no loop", "{{r.name}}", "no loop over r", 11),
    ("an unknown field of a row", "{% for r in rows %}{{r.nome}}{% end %}", "there is no field nome", 11),
    ("a list put out by itself", "{{rows}}", "cannot stand", 11),
    ("a loop over text", "{% for r in name %}{% end %}", "no list", 11),
    ("an if without end", "{% if yes %}<p>x</p>", "no end", 11),
    ("an end without if", "{% end %}", "closes nothing", 11),
    ("an element left open", "<div><p>x</p>", "close what is open", 11),
    ("an element closed twice", "<p>x</p></p>", "closes nothing", 11),
    ("elements crossed", "<b><i>x</b></i>", "closes nothing", 11),
    ("an element opened in one branch only", "{% if yes %}<div>{% end %}</div>", "this branch ends", 11),
    ("a quote left open in a branch", '<p id="a{% if yes %}">{% else %}">{% end %}x</p>{% if yes %}<p id="{% end %}', "this branch ends", 11),
    ("an unknown statement", "{% while yes %}", "no statement", 11),
    ("a list included", "{% include rows %}", "no part", 11),
]


def run(pages, parts=PARTS):
    with tempfile.TemporaryDirectory() as folder:
        for kind, files in (("pages", pages), ("parts", parts)):
            os.makedirs(os.path.join(folder, kind))
            for name, text in files.items():
                with open(os.path.join(folder, kind, name + ".html"), "w", encoding="utf-8") as file:
                    file.write(text)
        out = os.path.join(folder, "out")
        os.makedirs(out)
        done = subprocess.run([sys.executable, os.path.join(ROOT, "tools", "templates.py"), folder, out], capture_output=True, text=True)
        made = {}
        for name in os.listdir(out):
            with open(os.path.join(out, name), encoding="utf-8") as file:
                made[name] = file.read()
        return done.returncode, done.stderr, made


def main():
    results = []

    def check(words, fine, detail=""):
        results.append((words, fine, detail))

    code, said, made = run({"p": HEAD + USE})
    check("a page with every kind of field compiles", code == 0 and "struct html render_p(" in made.get("templates.h", ""), said)
    again = run({"p": HEAD + USE})[2]
    check("the same templates give the same C", made == again)
    check("text is escaped, html is not, addresses are checked",
          all(w in made.get("templates.c", "") for w in ("html_escape(out, page->name)", "buffer_add(out, page->mark.markup)",
                                                          "html_url(out, page->link)", "html_integer(out, page->count, true)")))
    code, _, made = run({"p": HEAD + USE + '<a href="/people/{{name}}?n={{count}}" title="{{name}}" data-n="{{count}}">x</a>'})
    check("a text inside an address is percent-encoded", code == 0 and "percent_encode(out, page->name)" in made.get("templates.c", ""))
    for words, body, wanted, line in BAD:
        code, said, _ = run({"p": HEAD + USE.rstrip("\n") + body})
        check(f"refused: {words}", code == 65 and wanted in said and f"p.html:{line}:" in said, f"{code} {said}")
    for words, text, wanted in (("a template without a head", "<p>x</p>", "declares its fields"),
                                ("a field never used", "{#\nname: text\n#}\n<p>x</p>", "never used"),
                                ("a field declared twice", "{#\nname: text\nname: url\n#}\n{{name}}", "twice"),
                                ("an unknown kind", "{#\nname: string\n#}\n{{name}}", "no kind of field"),
                                ("a list of nothing known", "{#\nrows: list of thing\n#}\nx", "neither declared")):
        code, said, _ = run({"p": text})
        check(f"refused: {words}", code == 65 and wanted in said, f"{code} {said}")

    # The distinct type is the only way round escaping: it may be made in the generated code and by svg.c alone.
    makers = []
    folder = os.path.join(ROOT, "src")
    for where, _, names in os.walk(folder):
        for name in names:
            if name.endswith((".c", ".h")):
                with open(os.path.join(where, name), encoding="utf-8") as file:
                    text = file.read()
                if re.search(r"\(struct html\)\s*\{|\.markup\s*=[^=]|struct html\s+\w+\s*=\s*\{", text):
                    makers.append(os.path.relpath(os.path.join(where, name), folder))
    check("markup that counts as safe is made by svg.c alone", makers in ([], ["web/svg.c"]), str(makers))

    print(f"1..{len(results)}")
    for number, (words, fine, detail) in enumerate(results, 1):
        print(f"{'ok' if fine else 'not ok'} {number} - {words}")
        if not fine and detail:
            print("# " + detail.replace("\n", "\n# "))
    return 0 if all(fine for _, fine, _ in results) else 1


if __name__ == "__main__":
    sys.exit(main())
