"""Decoders of content encodings: one module each, and a registry."""
