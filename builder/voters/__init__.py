"""Tizme: the pages of the voter list, its numbers, the address register, and the way to one's station."""
