"""rules of the kernel."""
