"""`probe silence`: alerts that nobody wants to be told for a while."""
