"""The page as components; no state, no callbacks."""
