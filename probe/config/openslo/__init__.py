"""OpenSLO v1: objectives read from its YAML, and written as such."""
