"""What the components of this project have in common: their name space, and properties stated by name."""

from __future__ import annotations

from dash.development.base_component import Component


class OwnComponent(Component):
    """A component that a module of ``assets/shared`` draws, under the name of its class in ``blupboard``."""

    _namespace = "blupboard"
    properties: tuple[str, ...] = ()
    """By name; ``children`` among them are drawn by dash."""
    available_properties: list[str]

    def __init_subclass__(cls) -> None:
        """State the properties to dash, in lists of this class alone."""
        super().__init_subclass__()
        cls._type = cls.__name__
        cls._children_props = []
        cls._base_nodes = [name for name in cls.properties if name == "children"]
        cls._prop_names = cls.available_properties = list(cls.properties)
        cls._valid_wildcard_attributes = []
        cls.available_wildcard_properties = []

    def __init__(self, **values: object) -> None:
        super().__init__(**values)  # type: ignore[no-untyped-call]  # dash has no types there
