"""Measures the budgets, each beside its budget and a reference of the same run: `make bench`."""
