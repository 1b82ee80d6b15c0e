# make build · run · test · nightly · bench · clean. Needs Go, Node.js with npm, and make.
SHELL := /bin/bash
ADDR ?= 127.0.0.1:8080
DATA ?= data
DEPARTMENTS ?= 127.0.0.1:8090
VERSION ?= $(shell git describe --always --dirty 2>/dev/null || echo dev)

.PHONY: build assets run test nightly bench clean

build: assets
	go build -ldflags '-X main.version=$(VERSION)' -o bin/minzheng ./cmd/minzheng

# The pages and the browser side; does nothing when nothing has changed.
assets:
	@go run ./cmd/build

# Two processes, the departments and the bureau; when one ends, so does the other.
run: build
	@trap 'kill $$(jobs -p) 2>/dev/null; wait' EXIT; trap 'exit 0' INT TERM; \
	bin/minzheng departments --addr $(DEPARTMENTS) & \
	bin/minzheng serve --addr $(ADDR) --data $(DATA) --demo --departments http://$(DEPARTMENTS) & \
	wait -n

test: assets
	@scripts/test-deps.sh
	go vet ./...
	MINZHENG_TESTS=whole go test -timeout 20m ./...

# A million generated pairs of rules and facts: single cases, columns and the
# slow reference must agree.
nightly:
	MINZHENG_TESTS=whole go test ./kernel/rule -run Agree -timeout 60m -rapid.checks=10000

bench: build
	go test -run '^$$' -bench . -benchmem -timeout 60m ./bench/...

# The data directory is kept.
clean:
	rm -rf bin assets/dist assets/node_modules
	find . -name '*_templ.go' -not -path './assets/node_modules/*' -delete
