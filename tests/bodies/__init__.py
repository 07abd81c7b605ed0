"""Response bodies that tests and benchmarks share."""
