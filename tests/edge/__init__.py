"""The ballot box: its day, its crashes, its secrecy, its paper and its sending."""
