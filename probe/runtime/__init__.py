"""The imperative shell: builds, wires and owns the clock."""
