"""Judgement without side effects: arithmetic, turnout, small cells, thresholds, seats, open lists, partial data.

Nothing here reads a clock, a file or a network, and nothing rounds before it compares. The doors are
`arithmetic.check_contest`, `equations.evaluate`, `turnout.check_series`, `falls.check_no_fall`,
`small_cells.releasable`, `seats.decide`, `partial.judge` and `open_lists.elect_from_list`; the rule versions stand in
`rulebook`.
"""
