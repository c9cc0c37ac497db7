"""The transparency log beside the pages: which entries a record makes, and how heads, tiles and proofs are written."""
