"""What is said and tabulated."""
