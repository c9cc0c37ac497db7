"""`python -m shailoo.cli` is the `shailoo` command."""

from shailoo.cli import main

main()
