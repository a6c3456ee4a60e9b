"""What `probe demo` needs: a sample API that misbehaves on purpose, and simulated history."""
