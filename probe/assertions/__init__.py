"""Pure: sample to outcomes."""
