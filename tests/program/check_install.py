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


def strangers(tap, folder, there, found):
    """Programs that know the installed tree alone: by pkg-config, by the archive, by ctypes."""
    environment = dict(os.environ, PKG_CONFIG_PATH=os.path.dirname(found["staithe-link.pc"]), PKG_CONFIG_SYSROOT_DIR=there,
                       LD_LIBRARY_PATH=os.path.dirname(found["libstaithe-link.so"]), ASAN_OPTIONS="detect_leaks=0")

    def run(*command, **more):
        return subprocess.run(command, capture_output=True, text=True, env=dict(environment, **more))

    def flags(*which):
        return run("pkg-config", *which, "staithe-link").stdout.split()
    # What is built with sanitisers needs them in whoever uses it.
    sanitised = "__asan_init" in run("nm", "-D", "--undefined-only", found["libstaithe-link.so"]).stdout
    extra = ["-fsanitize=address,undefined"] if sanitised else []
    source, program = os.path.join(folder, "stranger.c"), os.path.join(folder, "stranger")
    with open(source, "w", encoding="utf-8") as file:
        file.write(STRANGER)
    built = run("cc", *extra, source, "-o", program, *flags("--cflags", "--libs"))
    tap.check("a stranger's program compiles and links with pkg-config alone", built.returncode == 0, built.stderr)
    ran = run(program) if built.returncode == 0 else built
    tap.check("and runs", ran.returncode == 0 and ran.stdout == "2 columns\n", ran.stdout + ran.stderr)
    archive = [word for word in flags("--static", "--libs") if word != "-lstaithe-link"]
    built = run("cc", *extra, source, "-o", program, *flags("--cflags"), found["libstaithe-link.a"], *archive)
    tap.check("and links the archive with pkg-config --static", built.returncode == 0, built.stderr)
    examples = os.path.join(os.path.dirname(found["link_people.c"]), "")
    built = run("cc", "-Wall", "-Wextra", "-Werror", *extra, examples + "link_people.c", "-o", program, *flags("--cflags", "--libs"))
    tap.check("the example in C compiles", built.returncode == 0, built.stderr)
    # 314 people in truth
    in_c = run(program, examples + "leisure.csv") if built.returncode == 0 else built
    entities = [line.rsplit(",", 1)[1] for line in in_c.stdout.split()]
    tap.check("it links the example's people", in_c.returncode == 0 and len(entities) == 377 and 308 < len(set(entities)) < 325,
              in_c.stdout[-300:] + in_c.stderr)
    failed = run(program, "/nowhere.csv")
    tap.check("it says what is wrong", failed.returncode == 66 and "/nowhere.csv" in failed.stderr, failed.stderr)
    preload = {"LD_PRELOAD": run("cc", "-print-file-name=libasan.so").stdout.strip()} if sanitised else {}
    in_python = run(sys.executable, examples + "link_people.py", examples + "leisure.csv", found["libstaithe-link.so"], **preload)
    tap.check("the example in Python finds the same entities, and says why",
              in_python.returncode == 0 and in_python.stdout.startswith(in_c.stdout) and "before comparing" in in_python.stdout,
              in_python.stdout[-300:] + in_python.stderr)


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
                           "libstaithe-link.a": "/lib", "libstaithe-link.so": "/lib", "linkage.h": "/include/staithe/link/", "county.yaml": "/share/staithe/county/norfolk/"}.items():
            tap.check(f"{name} lies below {part}", part in found.get(name, ""), found.get(name))
        if shutil.which("mandoc"):
            lint = subprocess.run(["mandoc", "-Tlint", "-W", "warning", found["staithe.1"]], capture_output=True, text=True)
            tap.check("mandoc has nothing to say about the manual page", lint.returncode == 0, lint.stdout + lint.stderr)
        else:
            tap.skip("mandoc has nothing to say about the manual page", "mandoc is not installed")
        strangers(tap, folder, there, found)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
