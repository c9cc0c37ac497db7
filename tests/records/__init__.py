"""Tests of the bytes that are signed."""
