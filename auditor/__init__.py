"""What strangers run: checks of everything that is public, without asking the commission anything."""
