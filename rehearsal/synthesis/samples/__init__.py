"""A small package for every other kind of election. Nothing in them happened; every figure fits on a screen."""
