"""What must be true of the system, grouped as the system is; `law` is about the source itself."""
