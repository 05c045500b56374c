"""The simulated card: lines of all kinds with both their ends, for tests, the demo and benches."""
