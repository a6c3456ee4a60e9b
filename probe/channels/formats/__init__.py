"""What a webhook's body may look like: each form is a module, and a line in `registry`."""
