"""The rules against outside vectors, independent oracles and the failures that were published."""
