"""Find my station, by PIN and surname: the only question of Tizme that needs more than files."""
