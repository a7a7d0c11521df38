"""`python -m migrator` is the program `migrator`."""

from migrator.program import main

main()
