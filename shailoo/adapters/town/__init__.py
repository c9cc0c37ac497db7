"""What a town's own machine needs beside the stores: its units, its front door, its backups and its doctor."""
