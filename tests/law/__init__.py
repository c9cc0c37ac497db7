"""Laws that the source obeys: who imports whom, what is written where, in which languages."""
