"""The risk study: which method is closer to the truth on average."""
