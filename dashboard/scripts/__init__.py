"""What is on screen as a script in R or in Python."""
