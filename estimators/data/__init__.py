"""Rows of a table to one summary per group."""
