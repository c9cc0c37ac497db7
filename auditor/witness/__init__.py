"""A witness (C2SP tlog-witness v1.0.0): it signs the heads of logs, and never of one that went back."""
