"""The estimators that come with blupboard, and the numerics that they share."""
