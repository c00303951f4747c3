"""The benchmark suite: `make bench`. See docs/benchmarks.md."""
