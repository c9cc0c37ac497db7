"""adapters of the kernel."""
