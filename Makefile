# The front door: `make` lists what can be made.
#
# Everything built goes to build/: build/release and build/debug (AddressSanitizer and UBSan), build/fuzz (clang, libFuzzer),
# build/wasmtime (the WebAssembly engine, built once). CMake and Ninja do the work; CMakePresets.json has the variants.
.DEFAULT_GOAL := help
.PHONY: help run test build bench fuzz fmt fmt-check docs tidy runtime-wasm wasmtime clean packages

ARGS ?=
ONLY ?=
SEEDS ?= 20
SEEDS_DEBUG ?= 3
SECONDS_EACH ?= 60

C_FILES = $(shell find src tests pvf fuzz bench -name '*.[ch]' 2>/dev/null | sort)

help:
	@echo 'make run            a local network: validators, collators, two parachains, until Ctrl-C   [ARGS="--paras 3 …"]'
	@echo 'make test           every test, in release and under the sanitizers   [ONLY=regex, SEEDS=20, SEEDS_DEBUG=3]'
	@echo 'make build          build/release/parahost'
	@echo 'make bench          how fast the parts are on this machine   [ARGS="erasure --json"]'
	@echo 'make fuzz           every decoder against libFuzzer   [ONLY=regex, SECONDS_EACH=60]'
	@echo 'make fmt            formats the C sources'
	@echo 'make docs           docs/messages.md and docs/storage.md from schema/'
	@echo 'make tidy           the rules of the house: floors, banned calls, lengths'
	@echo 'make runtime-wasm   build/release/parahost_runtime.wasm, the runtime as a WebAssembly blob'
	@echo 'make clean          removes what was built, but for wasmtime'

run: build
	build/release/parahost dev $(ARGS)

build: wasmtime
	@test -f build/release/build.ninja || cmake --preset release
	ninja -C build/release parahost runtime_wasm

test: PACKAGES_FOR = test
test: wasmtime
	@python3 -B tools/test/main.py --seeds $(SEEDS) --seeds-debug $(SEEDS_DEBUG) --only '$(ONLY)'

bench: build
	@for name in $(or $(firstword $(ARGS)),$$(build/release/parahost bench list | cut -d' ' -f1)); do \
	    build/release/parahost bench $$name $(wordlist 2,99,$(ARGS)) || exit; \
	done

fuzz: PACKAGES_FOR = test
fuzz: wasmtime
	@python3 -B tools/test/main.py --trees fuzz --fuzz-seconds $(SECONDS_EACH) --fuzz-seed 0 --only '$(ONLY)'

fmt: PACKAGES_FOR = ci
fmt: packages
	clang-format -i $(C_FILES)

fmt-check: PACKAGES_FOR = ci
fmt-check: packages
	@clang-format --dry-run -Werror $(C_FILES)

docs:
	python3 -B tools/schema/main.py --docs docs schema/*.ph

tidy:
	@python3 -B tests/tidy/tidy.py

runtime-wasm: packages
	@test -f build/release/build.ninja || $(MAKE) wasmtime
	@test -f build/release/build.ninja || cmake --preset release
	ninja -C build/release runtime_wasm

wasmtime: packages
	@third_party/wasmtime/build.sh build/wasmtime

PACKAGES_FOR = run
packages:
	@tools/setup/packages.sh $(PACKAGES_FOR)

clean:
	@test ! -d build || find build -mindepth 1 -maxdepth 1 ! -name wasmtime -exec rm -rf {} +
