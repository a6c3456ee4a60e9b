"""probe: a synthetic API probe and uptime checker."""

__version__ = "0.1.0"
