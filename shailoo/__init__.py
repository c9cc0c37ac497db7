"""The kernel of Shailoo: what an election record is, and what may be said about it."""
