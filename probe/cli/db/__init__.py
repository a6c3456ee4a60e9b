"""`probe db`: the commands that look after the store."""
