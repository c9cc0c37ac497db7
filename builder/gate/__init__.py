"""The gate: nothing becomes public unless the arithmetic holds and the pages say what the signed texts add up to.

`recount` reads the signed texts again, in its own way, and sums them; `readback` reads finished pages as readers do;
`check` holds one against the other. None of them uses the totals or the view models from which pages are made.
"""
