"""How the schema came to be, one step a revision; run by `schema.migrate`."""
