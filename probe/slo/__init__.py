"""Pure: results to step functions, availability, percentiles and series."""
