"""A town's installation: one machine, its units, its front door, its backups and its doctor."""
