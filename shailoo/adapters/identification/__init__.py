"""Identification devices at stations: over HTTP, or simulated in a folder."""
