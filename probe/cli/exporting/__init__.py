"""`probe export`: data out."""
