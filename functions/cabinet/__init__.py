"""The voter's cabinet: sign-in, my station, my entry in the list, my applications, and the proof of my entry."""
