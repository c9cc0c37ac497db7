"""usecases of the kernel."""
