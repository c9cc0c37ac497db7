"""Notices to those who filed a case."""
