"""`probe incidents` and `probe ack`: what was down, and what people say of it."""
