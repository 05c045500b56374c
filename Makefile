# Strowger
#
#     make run      the sample office on the simulated card, and the console in front
#     make test     all checks and tests
#
# Both, and every other target, first install what is missing (packaging/checkout.py). One part alone: make lint, make
# unit, make sanitized, make lab, make bench; make package builds the Debian package; make soak lives through simulated
# days. After texts for people have changed: make texts, then translate what is new.

VENV ?= .venv
PYTHON = $(VENV)/bin/python

.PHONY: run test lint unit sanitized lab package bench soak setup native texts regions reference settings journal flows \
	reports

run: native
	@$(VENV)/bin/strowger demo

test: native
	@$(PYTHON) -m tests.suite

lint unit sanitized: native
	@$(PYTHON) -m tests.suite $@

# TESTS: what pytest accepts, for instance TESTS=tests/lab/test_spans.py or TESTS="tests/lab -k analog"; without it,
# every test marked `lab`.
lab: native
	@$(PYTHON) tests/lab/run.py $(TESTS)

# The Debian package, in build/package.
package: setup
	@packaging/package.py

# CALLS, SEED: how many, and the first day's seed; a seed that fails is tried again with CALLS=300 SEED=n.
CALLS ?= 100000
SEED ?= 1
soak: native
	@$(PYTHON) -m tests.soak $(CALLS) $(SEED)

bench: native
	@$(VENV)/bin/strowger bench media

native: setup
	@$(PYTHON) hw/native/build.py
	@$(PYTHON) packaging/catalogues.py --compile

texts: setup
	@$(PYTHON) packaging/catalogues.py

# The reference of the control interface, after acts, topics or events have changed.
reference: native
	@$(PYTHON) -m core.api.reference

# The manual of the settings, after the model of the configuration has changed.
settings: native
	@$(PYTHON) -m core.config.manual

# The manual of the journal, after its words have changed.
journal: setup
	@$(PYTHON) -m core.store.manual

# The manual of the reports, after a report or a column has changed.
reports: native
	@$(PYTHON) -m core.reports.manual

# The manual of flows, after a kind of node, a setting or a function has changed.
flows: native
	@$(PYTHON) -m core.ivr.manual

# The table of the regions of numbers, after a new version of phonenumbers.
regions: setup
	@$(PYTHON) packaging/regions.py

# A VENV given by the caller is the caller's to fill.
setup:
ifeq ($(VENV),.venv)
	@packaging/checkout.py
endif
