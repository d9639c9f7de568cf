"""What has called a callback: dash puts changes that come while it waits for the server into one call."""

from __future__ import annotations

from dash import ctx


def changed_inputs() -> list[object]:
    """The ids of all inputs that have changed, in the order of the callback's inputs; patterns as dicts."""
    return list(dict(ctx.triggered_prop_ids).values())
