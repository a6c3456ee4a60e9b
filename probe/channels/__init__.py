"""Deliver messages: each kind of channel is a module with its `KIND`, and a line in `registry`."""
