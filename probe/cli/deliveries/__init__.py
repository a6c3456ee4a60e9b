"""`probe deliveries`: which messages were written, and what became of each."""
