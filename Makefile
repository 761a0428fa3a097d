# `make help` lists what there is. Everything installs by itself what it needs; on the machine there must be
# Go, Node and, for the tests, apt.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

BIN  := bin/cinnabar
E2E  := bin/cinnabar-e2e
TOOL := go tool -modfile=tools/go.mod

# Where goroutines meet. The rest computes alone (PDF, biometrics) or plays whole cases, whose password
# hashing the race detector would slow down tenfold.
RACE := ./internal/app/... ./internal/business/... ./internal/step/... ./internal/procedure/... ./internal/platform/... \
        $(addprefix ./internal/capability/,identity/... evidence/... filestore/... message/... setting/... seal archive signing document biometric pki/... batch mirror webhook/... device)

ASSETS := $(addprefix internal/asset/files/,$(shell awk '/^[[:alnum:]]/ {print $$1}' internal/asset/sources.txt))
WEB    := web/index.html web/vite.config.ts web/tsconfig.json $(shell find web/src web/public web/scripts -type f)
CODE   := go.mod go.sum web/embed.go $(shell find cmd internal -type f -not -name '*_test.go' -not -path '*/testdata/*' -not -path 'internal/asset/files/*')
TUSJS  := internal/capability/filestore/tushttp/testdata/tusjs

## demo: build, fill ./demo-data with samples, and serve it; prints addresses, names and passwords
.PHONY: demo
demo: build
	$(BIN) demo --data ./demo-data $(ARGS)

## build: bin/cinnabar with the web UI, fonts and models inside
.PHONY: build
build: $(BIN)

$(BIN): $(CODE) $(ASSETS) web/dist/index.html
	go build -trimpath -buildvcs=false -o $@ ./cmd/cinnabar

# For the browser tests only: its face challenges are the ones that the tests' film follows.
$(E2E): $(CODE) $(ASSETS) web/dist/index.html
	go build -tags testchallenge -trimpath -buildvcs=false -o $@ ./cmd/cinnabar

$(ASSETS) &: internal/asset/sources.txt scripts/assets
	scripts/assets
	touch $(ASSETS)

web/dist/index.html: $(WEB) web/node_modules/.package-lock.json
	cd web && npm run --silent build
	touch $@

web/node_modules/.package-lock.json: web/package.json web/package-lock.json
	@node -e 'const [a, b] = process.versions.node.split("."); if (a < 20 || (a == 20 && b < 19)) { console.error("Node 20.19 or newer is needed, here is " + process.version); process.exit(1) }'
	cd web && npm ci --ignore-scripts --no-audit --no-fund
	touch $@

## test: install what the tests need and run them all: Go, UI, browser
.PHONY: test
test: test-go test-ui test-browser

.PHONY: packages
packages:
	scripts/packages

## test-go: Go tests on SQLite and PostgreSQL, with the race detector where goroutines meet
.PHONY: test-go
test-go: export CINNABAR_REQUIRE_TOOLS := 1
test-go: packages $(ASSETS) web/dist/index.html $(TUSJS)/node_modules/.package-lock.json
	go vet ./...
	$(TOOL) gotestsum --format pkgname-and-test-fails --format-hide-empty-pkg -- -race -timeout 15m $(RACE)
	go test -tags testchallenge -run Challenge ./internal/app
	$(TOOL) gotestsum --format pkgname-and-test-fails --format-hide-empty-pkg -- -timeout 15m $$(go list ./... | grep -vxF "$$(go list $(RACE))")

$(TUSJS)/node_modules/.package-lock.json: $(TUSJS)/package.json
	cd $(TUSJS) && npm install --ignore-scripts --no-audit --no-fund --no-package-lock
	touch $@

## test-ui: types, walls between folders, and unit tests of the web UI
.PHONY: test-ui
test-ui: web/node_modules/.package-lock.json
	cd web && npm run --silent lint && npm run --silent test

## test-browser: the demo played in a real browser
.PHONY: test-browser
test-browser: packages $(E2E)
	cd web && npm run --silent e2e

## lint: formatting, go vet and the linters of .golangci.yml
.PHONY: lint
lint:
	@unformatted=$$($(TOOL) gofumpt -l cmd internal tools web/*.go); \
	if [ -n "$$unformatted" ]; then echo "not formatted (run make fmt):"; echo "$$unformatted"; exit 1; fi
	$(TOOL) golangci-lint run ./...

## fmt: format the Go code
.PHONY: fmt
fmt:
	$(TOOL) gofumpt -w cmd internal tools web/*.go

## generate: what is made from the code: OpenAPI, the UI's types, state diagrams, list of licences
.PHONY: generate
generate: $(ASSETS) web/node_modules/.package-lock.json
	go run ./cmd/cinnabar openapi > docs/openapi.yaml.new
	mv docs/openapi.yaml.new docs/openapi.yaml
	cd web && npm run --silent generate
	UPDATE_GOLDEN=1 go test -count=1 ./internal/business/... -run "^TestDiagram" > /dev/null
	cd tools && go run ./licences

## verify: fail when something generated is not as the code would make it now
.PHONY: verify
verify: generate
	@changed=$$(git status --porcelain -- docs internal/cli/licences web/src/lib/api.gen.ts); \
	if [ -n "$$changed" ]; then echo "not as the code makes it (run make generate and commit):"; echo "$$changed"; exit 1; fi

## bench: every benchmark beside its peers; writes docs/benchmarks.md
.PHONY: bench
bench: build
	$(BIN) bench all --markdown=docs/benchmarks.md

## vuln: known vulnerabilities in what is linked (asks vuln.go.dev, or a copy: VULNDB=file:///…)
.PHONY: vuln
vuln:
	@scan=$$($(TOOL) -n govulncheck); "$$scan" $(if $(VULNDB),-db $(VULNDB)) ./... || { code=$$?; \
	[ $$code -eq 3 ] || echo "NOT CHECKED: nothing was said about vulnerabilities. Offline, give a copy of https://vuln.go.dev by VULNDB=file:///…" >&2; \
	exit $$code; }

## dist: packed binaries for servers in bin/dist
PLATFORMS := linux-amd64 linux-arm64
.PHONY: dist
dist: build
	rm -rf bin/dist
	@for p in $(PLATFORMS); do \
	  d=bin/dist/cinnabar-$$p; mkdir -p $$d; echo "building $$d"; \
	  CGO_ENABLED=0 GOOS=$${p%-*} GOARCH=$${p#*-} go build -trimpath -buildvcs=false -ldflags='-s -w' -o $$d/cinnabar ./cmd/cinnabar; \
	  cp README.md CHANGELOG.md internal/cli/licences/*.txt $$d/; \
	  tar -C bin/dist -czf $$d.tar.gz cinnabar-$$p; rm -r $$d; \
	done
	cd bin/dist && sha256sum *.tar.gz > SHA256SUMS

## clean: remove what was built (not demo-data)
.PHONY: clean
clean:
	rm -rf bin web/node_modules $(TUSJS)/node_modules $(ASSETS)
	find web/dist -mindepth 1 -not -name .gitkeep -delete

## help: this list
.PHONY: help
help:
	@sed -n 's/^## \([a-z-]*\): /\1\t/p' Makefile | while IFS=$$'\t' read -r name what; do printf '  make %-13s %s\n' "$$name" "$$what"; done
