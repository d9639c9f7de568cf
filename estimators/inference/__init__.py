"""How sure, and what may be concluded: intervals and tests of the spreads, ranks, selection."""
