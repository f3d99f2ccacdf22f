"""Benchmarks: `python -m tools.bench`. Ratios in one run on one machine mean something; absolute figures are that machine's."""
