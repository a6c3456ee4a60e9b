"""E-mail: a message as text and as HTML that say the same, over SMTP with TLS."""
