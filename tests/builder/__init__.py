"""The builder: what the public reads, and the gate before it."""
