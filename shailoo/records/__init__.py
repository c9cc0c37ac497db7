"""records of the kernel."""
