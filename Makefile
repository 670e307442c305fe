# Everything a person does with this repository. `make` alone lists it.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run test test-fast test-ops check fmt bench docs pages

# The crates whose tests need no service beside them.
FAST := domain solver app conformance sqlite memory smtp prometheus

NEXTEST := $(shell cargo nextest --version >/dev/null 2>&1 && echo yes)
CARGO_TEST := $(if $(NEXTEST),cargo nextest run $(if $(CI),--profile ci),cargo test --lib --bins --tests)

help: ## List what can be made
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## Build and start with an embedded database and a demonstration company (needs only Rust)
	cargo build --release --locked --bin hr-scheduling
	./target/release/hr-scheduling serve --data-dir ./data --seed-demo-when-empty

test: ## Every test, on a private PostgreSQL and Redis (and Valkey, where Debian has it) that are gone afterwards
	cargo test --doc --workspace --locked --quiet
	TOOLS='curl jq openssl' scripts/with-services $(CARGO_TEST) --workspace --locked
	if valkey=$$(scripts/find-valkey); then \
	  REDIS_SERVER=$$valkey scripts/with-services $(CARGO_TEST) -p scheduling-redis --locked; \
	else echo 'make test: without Valkey, what is asked of Redis was asked of Redis alone' >&2; fi

test-fast: ## The tests that need no service
	$(CARGO_TEST) --locked $(addprefix -p scheduling-,$(FAST))
	$(if $(NEXTEST),cargo nextest run,cargo test) --locked -p scheduling-api --lib

test-ops: ## Judge deploy/, monitoring/ and .github/ by the programs that read them
	cargo build --locked --bin hr-scheduling
	scripts/with-services scripts/test-ops

check: ## What has to be clean before a commit: format, lints, docs, licences, dependencies, layers, security claims
	cargo fmt --all --check
	scripts/check-architecture
	scripts/check-deny
	scripts/check-asvs --self-test && scripts/check-asvs
	cargo clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --document-private-items --locked --quiet

fmt: ## Format the code
	cargo fmt --all

bench: ## Measure: API, stores and optimiser, side by side, as ratios
	cargo bench --profile release -p scheduling-solver --bench instances --locked
	TOOLS=wrk scripts/with-services cargo bench --profile release -p scheduling-api --bench requests --locked
	scripts/with-services cargo bench --profile release -p scheduling-api --bench sign_in --locked
	scripts/with-services cargo bench --profile release -p scheduling-redis --bench clearing --locked

pages: ## Write the pages of docs/ that come from the code
	WRITE_PAGES=1 cargo test --locked -p scheduling-api --lib the_page_of_

docs: ## Build the reference of every crate into target/doc
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --document-private-items --locked
	@echo "Open target/doc/scheduling_domain/index.html"
