"""The only place that talks to targets."""
