# ocrmux. `make help` lists the targets.

GO        ?= go
# The tag of a release, such as v1.2.3. Without it the program prints what the Go toolchain knows of the commit.
VERSION   ?=
PROGRAM   ?= bin/ocrmux
IMAGE     ?= ocrmux
# The systems that releases have.
TARGETS   := linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64
GOLANGCI  := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
LDFLAGS   := -s -w $(if $(VERSION),-X github.com/ocrmux/ocrmux/host/internal/cli.linkedVersion=$(VERSION))

# Providers that are shipped as WebAssembly modules. `local` needs C and is a subprocess.
WASM_PLUGINS := $(filter-out local,$(patsubst plugins/%/manifest.json,%,$(wildcard plugins/*/manifest.json)))
# Packages with concurrent code. The race detector makes the picture code ten times slower and finds nothing there.
RACE := ./engine ./engine/process ./engine/store/... ./engine/wasm ./internal/catalog/... ./internal/egress ./internal/money \
  ./internal/route ./internal/value ./sdk ./host/internal/batch ./host/internal/server/... ./host/internal/reload \
  ./host/internal/telemetry ./host/internal/doctor ./host/internal/distribution

# Tests keep plugins that they have compiled to machine code here: under the race detector compiling takes ten times as long.
test test-short redteam: export OCRMUX_TEST_CACHE := $(CURDIR)/bin/test-cache

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: build ## Build everything, read two specimen cards on this machine, and one through every vendor's protocol
	@echo
	@echo "The two cards are synthetic specimens (样本): drawn by this project, of nobody."
	@echo
	@bin/ocrmux recognize examples/cards/specimen-front.jpg
	@echo
	@bin/ocrmux recognize examples/cards/specimen-back.jpg
	@echo
	@$(GO) run ./examples/demo

.PHONY: build
build: program plugins ## Build bin/ocrmux and the providers in bin/plugins/

.PHONY: program
program:
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags="$(LDFLAGS)" -o $(PROGRAM) ./host/cmd/ocrmux

.PHONY: plugins
plugins: wasm-plugins models
	@echo "provider local (process)"; CGO_ENABLED=1 bin/ocrmux plugin build --kind process -o bin/plugins plugins/local
	@echo "lock bin/plugins/plugins.lock"; bin/ocrmux plugin lock --yes bin/plugins >/dev/null

.PHONY: wasm-plugins
wasm-plugins: program
	@for p in $(WASM_PLUGINS); do echo "provider $$p (wasm)"; bin/ocrmux plugin build --kind wasm -o bin/plugins plugins/$$p || exit 1; done

.PHONY: models
models: ## Fetch what the local provider needs: OCR models and the inference runtime, pinned by version and SHA-256
	@$(GO) run ./plugins/local/cmd/fetch -out bin/plugins/local.d

.PHONY: test
test: models ## Run every test
	$(GO) test ./...
	$(GO) test -race $(RACE)
	$(GO) test -race -run 'Gateway' ./host/internal/cli

.PHONY: redteam
redteam: ## Run the attacks on what docs/security.md promises; LONG=1 runs them at length, and each fuzzer for a minute
	@$(GO) run ./internal/redteam $(if $(LONG),-long)

.PHONY: redteam-list
redteam-list: ## Print each promise with its attacks and their tests
	@$(GO) run ./internal/redteam -list

.PHONY: test-short
test-short: ## Run the tests of the inner loop: no browser, no other languages, no long runs
	$(GO) test -short ./...

# How long each fuzzer runs, and what it found before: inputs that reach other code. They are kept between runs; an input
# that fails is written to testdata/fuzz of its package and is a test from then on.
FUZZTIME   ?= 500ms
FUZZCORPUS ?= $(CURDIR)/bin/fuzz

.PHONY: fuzz
fuzz: ## Run every fuzzer for FUZZTIME each, from the inputs that earlier runs kept in bin/fuzz/
	@mkdir -p $(FUZZCORPUS); for dir in $$(git grep -l '^func Fuzz' -- '*_test.go' | xargs -n1 dirname | sort -u); do \
	  $(GO) test -c -fuzz . -o $(FUZZCORPUS)/fuzz.test ./$$dir || exit 1; \
	  for name in $$(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(f .*/\1/p' $$dir/*_test.go); do \
	    echo "fuzz $$dir $$name"; \
	    (cd $$dir && $(FUZZCORPUS)/fuzz.test -test.run '^$$' -test.fuzz "^$$name\$$" -test.fuzztime $(FUZZTIME) \
	      -test.fuzzminimizetime $(FUZZTIME) -test.fuzzcachedir $(FUZZCORPUS)/$$dir >$(FUZZCORPUS)/log 2>&1) || \
	      grep -q '^    context deadline exceeded$$' $(FUZZCORPUS)/log || { cat $(FUZZCORPUS)/log; exit 1; }; \
	  done || exit 1; \
	done

.PHONY: lint
lint: ## Check the formatting, and run the linters of .golangci.yml, which also check who imports whom
	@echo "gofmt";     test -z "$$(gofmt -s -l $$(git ls-files '*.go'))" || { gofmt -s -d $$(git ls-files '*.go'); exit 1; }
	@echo "linters";   $(GO) run $(GOLANGCI) run ./...
	@echo "vet wasm";  GOOS=wasip1 GOARCH=wasm $(GO) vet ./sdk

.PHONY: check
check: lint api ## Run the linters, and check the public API, go.mod and the generated code
	@echo "module";    $(GO) mod tidy -diff
	@mkdir -p bin; echo "generated"; cd engine/abi && $(GO) run ./internal/abigen provider.proto ../../bin/abi.gen && diff -u abi.gen.go ../../bin/abi.gen

.PHONY: api
api: ## Compare the public Go packages with docs/api
	@echo "api";       $(GO) run ./internal/apilist

.PHONY: api-update
api-update: ## Record what the public Go packages have that is new; BREAKING=1 records what was removed as well
	@$(GO) run ./internal/apilist -update $(if $(BREAKING),-breaking)

.PHONY: bench
bench: ## Run the benchmarks that docs/benchmarks.md reports
	$(GO) test -run '^$$' -bench . -benchtime 2s ./engine/internal/bench
	$(GO) test -run '^$$' -bench . -benchtime 2s -timeout 30m ./host/internal/bench
	$(GO) test -run '^$$' -bench . ./internal/route

.PHONY: generate
generate: ## Write the generated code again
	$(GO) generate ./engine/abi

.PHONY: cross
cross: ## Build the program for every system that releases have, and keep nothing
	@for t in $(TARGETS); do echo "program $$t"; GOOS=$${t%/*} GOARCH=$${t#*/} $(MAKE) -s program PROGRAM=/dev/null || exit 1; done

.PHONY: snapshot
snapshot: build ## Make the files of a release in bin/snapshot/, for every system, without a version
	rm -rf bin/snapshot && host/deploy/release/archives.sh bin/snapshot "$(TARGETS)"

.PHONY: release
release: build ## Make the files of a release in bin/release/: make release VERSION=v1.2.3
	@test -n "$(VERSION)" || { echo "name the tag: make release VERSION=v1.2.3"; exit 1; }
	rm -rf bin/release && host/deploy/release/archives.sh bin/release "$(TARGETS)" $(VERSION)

.PHONY: image
image: ## Build the container images IMAGE:TAG and IMAGE:TAG-local, where TAG is VERSION or "snapshot"
	docker build -f host/deploy/container/Dockerfile --build-arg VERSION=$(VERSION) --target gateway -t $(IMAGE):$(or $(VERSION),snapshot) .
	docker build -f host/deploy/container/Dockerfile --build-arg VERSION=$(VERSION) --target gateway-local -t $(IMAGE):$(or $(VERSION),snapshot)-local .

.PHONY: clean
clean: ## Remove what was built
	rm -rf bin
