"""`probe slo`: where service level objectives stand."""
