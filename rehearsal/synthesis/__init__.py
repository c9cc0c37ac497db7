"""Generation of the rehearsal's packages: pure functions from published figures and fixed seeds to bytes, always the same."""
