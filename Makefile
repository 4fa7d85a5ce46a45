# The front door. `make run` and `make test` are all that a newcomer needs; each does its own set-up (packages of Debian 12
# from packages.txt, the style sheet's from package.json), asks nothing, and may be run again at any time.
# meson builds behind it.

SHELL := /bin/bash
DATA ?= data
PORT ?= 8080
RESIDENTS ?= 50000
SEED ?= 1
PREFIX ?= /usr/local
LABELLED ?= ../shared/data/linkage

.PHONY: run test bench bench-peers install help packages node build build-test fuzz races tidy format clean

help:
	@echo 'make run      build, make a sample county of $(RESIDENTS) residents, land and link it, serve on http://127.0.0.1:$(PORT)'
	@echo 'make test     build with sanitizers and run every test; ends in "N passed, N failed, N skipped"'
	@echo 'make bench    measure, side by side with plain tools; figures are kept in bench/README.md'
	@echo 'make bench-peers  Splink and GoldenMatch beside us on the labelled sets in $(LABELLED); table in bench/peers/README.md'
	@echo 'make install  install under PREFIX ($(PREFIX)); DESTDIR is honoured'
	@echo 'make fuzz     fuzz each parser for FUZZ_SECONDS seconds (default 60)'
	@echo 'make races    build with the thread sanitizer and run the linker'"'"'s tests (ten minutes and more)'
	@echo 'make tidy     clang-format and clang-tidy with its analyser (minutes; the tests leave the analyser out)'
	@echo 'make clean    remove the build folders (not $(DATA)/)'
	@echo 'Settings: DATA=$(DATA) PORT=$(PORT) RESIDENTS=$(RESIDENTS) SEED=$(SEED)'

# What is missing is installed; what is there is left alone.
packages:
	@tools/setup.sh packages

node: packages
	@tools/setup.sh node

build: node
	@test -f build/build.ninja || meson setup build --buildtype=release --prefix=$(PREFIX) >/dev/null
	@ninja -C build --quiet

build-test: node
	@test -f build-test/build.ninja || meson setup build-test -Doptimization=1 -Db_sanitize=address,undefined -Db_lundef=false >/dev/null
	@ninja -C build-test --quiet

run: build
	@tools/run.sh build/src/program/staithe $(DATA) $(PORT) $(RESIDENTS) $(SEED)

test: build-test build
	@python3 tests/run.py build-test --also "build:sample sample,base csv"

bench: build
	@bench/run.sh build

# Splink and GoldenMatch, from PyPI, into build/peers; labelled data from LABELLED.
bench-peers: build
	@python3 bench/peers/run.py build $(LABELLED)

install: build
	@meson configure build --prefix=$(PREFIX)
	@ninja -C build --quiet
	@meson install -C build --no-rebuild

fuzz: node
	@tools/fuzz.sh

# Linking shares its work between threads without locks; no test can see by its result that two touched one word.
races: node
	@test -f build-races/build.ninja || meson setup build-races -Doptimization=1 -Db_sanitize=thread -Db_lundef=false >/dev/null
	@ninja -C build-races --quiet
	@python3 tests/run.py build-races --only link

tidy: build-test
	@python3 tests/check_style.py --full

format:
	@clang-format -i $$(git ls-files 'src/*.[ch]' 'sample/*.[ch]' 'tests/*.[ch]' 'fuzz/*.c' 'bench/*.[ch]')

clean:
	@rm -rf build build-test build-fuzz build-races
