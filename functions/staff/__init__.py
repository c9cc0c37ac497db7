"""The door of the commissions."""
