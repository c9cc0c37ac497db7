"""How notices leave the house: by mail, by text message, or, in a rehearsal, into a folder."""
