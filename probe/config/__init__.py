"""YAML to a frozen model: schema, load, secrets, expressions."""
