"""Keys: made, split among trustees, brought back, turned; boxes enrolled and revoked; who may open what."""
