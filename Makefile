# Strowger. `make run` runs the box, `make test` passes all tests; both install what is missing first.

PYTHON ?= .venv/bin/python

.PHONY: lab

# The lab tests, in a guest with the real DAHDI drivers. TESTS: what pytest accepts, for instance
# TESTS=tests/lab/test_spans.py or TESTS="tests -k spans"; without it, every test marked `lab`.
lab:
	$(PYTHON) tests/lab/run.py $(TESTS)
