"""Whole nights, with real processes."""
