"""A made-up population: its extract and its address register. Nobody in it exists."""
