"""Frozen records: what passes a door is one of these, or it is an error."""
