"""Frozen values that cross rooms, and the exception tree. Imports nothing of ours."""
