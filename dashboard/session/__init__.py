"""What a person chose, and what was computed for it."""
