# What developers do here, by name. Every tool is a tool line in go.mod, so Go
# and make are all that is needed; `make` alone explains the rest.

GO       ?= go
FUZZTIME ?= 1m
TIMEOUT  ?= 25m

.DEFAULT_GOAL := help
.PHONY: help run generate check format vet staticcheck house stories race test release-schema fuzz bench clients cover clean

help: ## Say what there is to do
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name what; do printf '  make %-15s %s\n' "$$name" "$$what"; done

run: ## Serve the community on 127.0.0.1:8080, documents and media in ./veche-data
	$(GO) run .

generate: ## Write graph/ anew from schema/ and gqlgen.yml
	$(GO) generate ./graph

# One after the other also under make -j: what is quick fails first, and the
# last lines are the test runner's.
check: ## All that must hold before a change is kept; what CI runs
	@$(MAKE) --no-print-directory format
	@$(MAKE) --no-print-directory vet
	@$(MAKE) --no-print-directory staticcheck
	@$(MAKE) --no-print-directory house
	@$(MAKE) --no-print-directory stories
	@$(MAKE) --no-print-directory race

format: ## Fail if a file is not as gofumpt writes it
	@files=$$($(GO) tool gofumpt -l .) || exit 1; \
	if [ -n "$$files" ]; then printf 'Not formatted (go tool gofumpt -w FILE):\n%s\n' "$$files"; exit 1; fi

vet: ## go vet
	$(GO) vet ./...

staticcheck: ## staticcheck
	$(GO) tool staticcheck ./...

house: ## The rules of the house without the slow one, fresh generation
	$(GO) test -short -count=1 .

stories: ## Every story on both engines; under the race detector some run on one
	$(GO) test -count=1 ./server

# The race detector needs a C compiler. A machine without one says so and still
# runs every test.
race: ## All tests with the race detector
	@race=; if [ "$$($(GO) env CGO_ENABLED)" = 1 ]; then race=-race; else \
		echo 'No C compiler here, so no race detector: the tests run without it.'; fi; \
	echo "$(GO) test $$race -timeout $(TIMEOUT) ./..."; \
	$(GO) test $$race -timeout $(TIMEOUT) ./...

test: ## All tests
	$(GO) test ./...

# The schema of the last release is what TestReleasedSchema holds the next to.
release-schema: ## Keep the schema as that of a release
	$(GO) test -count=1 ./server -run 'TestSchema$$|TestReleasedSchema' -args -release

fuzz: ## Every fuzz target for FUZZTIME (a minute) each
	@grep -rl --include='*_test.go' '^func Fuzz' . | while read -r file; do \
		for target in $$(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' "$$file"); do \
			echo "$$(dirname "$$file") $$target"; \
			$(GO) test -run='^$$' -fuzz="^$$target\$$" -fuzztime=$(FUZZTIME) "$$(dirname "$$file")" || exit 1; \
		done; \
	done

bench: ## The benchmarks beside the code; README says how the whole is measured
	$(GO) test -run='^$$' -bench=. -benchmem ./...

clients: ## Try Apollo, urql, Relay and others from the npm registry (needs Node)
	cd clients && npm ci --no-fund --no-audit
	$(GO) test -count=1 -v ./clients

cover: ## How much of each function tests reach; -html=cover.prof shows the lines
	$(GO) test -coverpkg=./... -coverprofile=cover.prof ./...
	$(GO) tool cover -func=cover.prof

clean: ## Remove what these commands made; never ./veche-data
	rm -f veche cover.prof
