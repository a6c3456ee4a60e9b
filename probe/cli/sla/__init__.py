"""`probe sla`: service levels of a period."""
