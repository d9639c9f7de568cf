"""What is on screen, as data."""
