#!/usr/bin/env python3
"""`make install` puts everything where it belongs, the manual page is clean, and a program of a stranger links the linkage library."""
import os
import shutil
import subprocess
import sys
import tempfile

ROOT, BUILD = os.environ["STAITHE_SOURCE_ROOT"], os.environ["STAITHE_BUILD_ROOT"]
sys.path.insert(0, os.path.join(ROOT, "tests", "journeys"))
from world import Tap  # noqa: E402

STRANGER = r"""
#include <link/link.h>
#include <stdio.h>
int main(void)
{
    struct arena *arena = arena_make(0);
    struct error err;
    struct link_spec *spec;
    const char *text = "columns:\n  name: full_name\n  born: date\n";
    if (!link_spec_read(slice_of(text), slice_of("spec.yaml"), arena, &spec, &err)) {
        printf("%s:%u: %s\n", err.file, (unsigned)err.line, err.text);
        return 1;
    }
    printf("%zu columns\n", link_spec_columns(spec));
    arena_free(arena);
    return 0;
}
"""


def main():
    tap = Tap()
    with tempfile.TemporaryDirectory() as folder:
        there = os.path.join(folder, "root")
        done = subprocess.run(["meson", "install", "-C", BUILD, "--no-rebuild", "--destdir", there], capture_output=True, text=True)
        tap.check("it installs", done.returncode == 0, done.stdout + done.stderr)
        found = {}
        for path, _, names in os.walk(there):
            for name in names:
                found[name] = os.path.join(path, name)
        for name, part in {"staithe": "/bin/", "staithe.1": "/man/man1/", "staithe.service": "/systemd/system/",
                           "staithe-link.pc": "/pkgconfig/", "link.h": "/include/staithe/link/",
                           "libstaithe-link.a": "/lib", "county.yaml": "/share/staithe/county/norfolk/"}.items():
            tap.check(f"{name} lies below {part}", part in found.get(name, ""), found.get(name))
        if shutil.which("mandoc"):
            lint = subprocess.run(["mandoc", "-Tlint", "-W", "warning", found["staithe.1"]], capture_output=True, text=True)
            tap.check("mandoc has nothing to say about the manual page", lint.returncode == 0, lint.stdout + lint.stderr)
        else:
            tap.skip("mandoc has nothing to say about the manual page", "mandoc is not installed")
        source = os.path.join(folder, "stranger.c")
        with open(source, "w", encoding="utf-8") as file:
            file.write(STRANGER)
        environment = dict(os.environ, PKG_CONFIG_PATH=os.path.dirname(found["staithe-link.pc"]), PKG_CONFIG_SYSROOT_DIR=there)
        flags = subprocess.run(["pkg-config", "--cflags", "--libs", "staithe-link"], capture_output=True, text=True, env=environment)
        # The archive of a sanitised build needs the sanitisers in whoever links it.
        built = subprocess.run(["cc", "-fsanitize=address,undefined", source, "-o", os.path.join(folder, "stranger"), *flags.stdout.split()],
                               capture_output=True, text=True)
        tap.check("a stranger's program compiles and links with pkg-config alone", built.returncode == 0, flags.stderr + built.stderr)
        if built.returncode == 0:
            ran = subprocess.run([os.path.join(folder, "stranger")], capture_output=True, text=True)
            tap.check("and runs", ran.returncode == 0 and ran.stdout == "2 columns\n", ran.stdout + ran.stderr)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
