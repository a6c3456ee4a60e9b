"""Pure: results to outages and incidents."""
