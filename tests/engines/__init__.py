"""Engines that rows may live in: every one gives the local answer."""
