"""Simulated rows with the truth behind them."""
