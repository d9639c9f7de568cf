"""The requests that a page makes, built from its layout as dash's own page does."""

from __future__ import annotations

import json

SAME_SITE = {"Sec-Fetch-Site": "same-origin"}
CALLBACK = "/_dash-update-component"


def components(tree):
    """Every component with an id in a layout, as (id, props)."""
    if isinstance(tree, dict):
        props = tree.get("props")
        if isinstance(props, dict) and "id" in props:
            yield props["id"], props
        for value in tree.values():
            yield from components(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from components(value)


def callback_bodies(client):
    """A body for every callback that runs on the server, as the page that was just opened would send it."""
    known = list(components(client.get("/_dash-layout").json))
    for callback in client.get("/_dash-dependencies").json:
        if callback["clientside_function"] is None:
            yield _body(callback, known)


def _body(callback, known):
    inputs, state = ([_dependency(spec, known) for spec in callback[part]] for part in ("inputs", "state"))
    flat = [one for entry in inputs for one in (entry if isinstance(entry, list) else [entry])]
    return {
        "output": callback["output"],
        "outputs": _outputs(callback["output"]),
        "inputs": inputs,
        "state": state,
        "changedPropIds": [f"{_name(one['id'])}.{one['property']}" for one in flat],
    }


def _dependency(spec, known):
    name, prop = spec["id"], spec["property"]
    if not name.startswith("{"):
        props = next((props for found, props in known if found == name), {})
        return {"id": name, "property": prop, **_value(props, prop)}
    pattern = json.loads(name)
    matching = [
        {"id": found, "property": prop, **_value(props, prop)}
        for found, props in known
        if isinstance(found, dict)
        and found.keys() == pattern.keys()
        and all(isinstance(part, list) or part == found[key] for key, part in pattern.items())
    ]
    if any(isinstance(part, list) for part in pattern.values()):
        return matching
    return matching[0] if matching else {"id": pattern, "property": prop}


def _value(props, prop):
    return {"value": props[prop]} if prop in props else {}


def _name(given):
    return given if isinstance(given, str) else json.dumps(given, sort_keys=True, separators=(",", ":"))


def _outputs(output):
    if "." not in output:
        return None  # a callback that writes nothing
    found = [_output(one) for one in output.strip(".").split("...")]
    return found if output.startswith("..") else found[0]


def _output(text):
    name, _, prop = text.rpartition(".")
    return {
        "id": json.loads(name) if name.startswith("{") else name,
        "property": prop,  # with the mark of an output that several callbacks write, as dash's page has it
    }
