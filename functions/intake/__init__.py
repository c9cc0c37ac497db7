"""The door of the ballot boxes."""
