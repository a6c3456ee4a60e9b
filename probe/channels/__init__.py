"""Delivers one notification. Empty until alerts come; its place in the import contracts is kept."""
