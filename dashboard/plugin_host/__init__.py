"""Plugins' code in processes of its own, so that one that hangs or crashes costs its own result only."""
