"""`probe import`: the commands that bring history in."""
