"""`probe alerts`: what is told to whom, and whether that works."""
