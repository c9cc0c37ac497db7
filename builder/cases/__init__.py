"""The publisher's share of cases: their fold, their entries in the log, figures and the public register."""
