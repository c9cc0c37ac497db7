"""Generation of the rehearsal's packages: from published figures and fixed seeds to bytes, always the same."""
