"""Public copies of scanned documents."""
