# ocrmux. `make help` lists the targets.

GO          ?= go
GOLANGCI    := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

# Providers that are shipped as WebAssembly modules. `local` needs C and is a subprocess.
WASM_PLUGINS := $(filter-out local,$(patsubst plugins/%/manifest.json,%,$(wildcard plugins/*/manifest.json)))
# Plugins that the tests have compiled to machine code are kept in bin/test-cache: under the race detector that takes ten times as long.
# Where the race detector pays: everything concurrent. It would make the picture code ten times slower for nothing.
RACE := ./engine ./engine/process ./engine/store/... ./engine/wasm ./internal/catalog/... ./internal/egress ./internal/money ./internal/route ./internal/value \
  ./sdk ./host/internal/batch ./host/internal/server/... ./host/internal/reload ./host/internal/telemetry ./host/internal/doctor ./host/internal/distribution

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

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
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags="-s -w" -o bin/ocrmux ./host/cmd/ocrmux

.PHONY: plugins
plugins: program models
	@for p in $(WASM_PLUGINS); do echo "provider $$p (wasm)"; bin/ocrmux plugin build --kind wasm -o bin/plugins plugins/$$p || exit 1; done
	@echo "provider local (process)"; CGO_ENABLED=1 bin/ocrmux plugin build --kind process -o bin/plugins plugins/local
	@echo "lock bin/plugins/plugins.lock"; bin/ocrmux plugin lock --yes bin/plugins >/dev/null

.PHONY: models
models: ## Fetch what the local provider needs: OCR models and the inference runtime, pinned by version and SHA-256
	@$(GO) run ./plugins/local/cmd/fetch -out bin/plugins/local.d

.PHONY: test
test: export OCRMUX_TEST_CACHE := $(CURDIR)/bin/test-cache
test: models ## Run every test
	$(GO) test ./...
	$(GO) test -race $(RACE)
	$(GO) test -race -run 'Gateway' ./host/internal/cli

.PHONY: lint
lint: ## Check the formatting, and run the linters of .golangci.yml, which also check who imports whom
	@echo "gofmt";     test -z "$$(gofmt -s -l $$(git ls-files '*.go'))" || { gofmt -s -d $$(git ls-files '*.go'); exit 1; }
	@echo "linters";   $(GO) run $(GOLANGCI) run ./...
	@echo "vet wasm";  GOOS=wasip1 GOARCH=wasm $(GO) vet ./sdk

.PHONY: check
check: lint ## Run the linters, and check that go.mod is tidy and the generated code is up to date
	@echo "module";    $(GO) mod tidy -diff
	@mkdir -p bin; echo "generated"; cd engine/abi && $(GO) run ./internal/abigen provider.proto ../../bin/abi.gen && diff -u abi.gen.go ../../bin/abi.gen

.PHONY: bench
bench: ## Run the benchmarks that docs/benchmarks.md reports
	$(GO) test -run '^$$' -bench . -benchtime 2s ./engine/internal/bench
	$(GO) test -run '^$$' -bench . -benchtime 2s -timeout 30m ./host/internal/bench
	$(GO) test -run '^$$' -bench . ./internal/route

.PHONY: generate
generate: ## Write the generated code again
	$(GO) generate ./engine/abi

.PHONY: clean
clean: ## Remove what was built
	rm -rf bin
