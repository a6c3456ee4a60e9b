"""`probe maintenance`: the time in which what is found doesn't count."""
