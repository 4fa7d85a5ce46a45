#!/usr/bin/env python3
"""Compiles the style sheet: style.py SOURCE_ROOT OUTPUT. Needs node_modules, which `npm ci` makes (make does so by itself)."""
import os
import subprocess
import sys


def main(arguments):
    root, output = arguments
    sass = os.path.join(root, "node_modules", "sass", "sass.js")
    if not os.path.exists(sass) or not os.path.exists(os.path.join(root, "node_modules", "govuk-frontend")):
        print("the style sheet needs node_modules: run `npm ci` in the source folder, then build again", file=sys.stderr)
        return 69
    return subprocess.call(["node", sass, "--no-source-map", "--style=compressed", "--quiet-deps", "--load-path=" + os.path.join(root, "node_modules"),
                            os.path.join(root, "web", "style", "staithe.scss"), output])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
