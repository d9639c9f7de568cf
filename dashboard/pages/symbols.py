"""Small pictures as SVG data: an estimator's symbol beside its name, the icons of buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from dash import html

if TYPE_CHECKING:
    from dashboard.scene.style import Style

_SHAPES = {
    "circle": '<circle cx="8" cy="8" r="5"/>',
    "diamond": '<path d="M8 2 14 8 8 14 2 8Z"/>',
    "square": '<rect x="3.4" y="3.4" width="9.2" height="9.2"/>',
    "triangle-up": '<path d="M8 2.5 14 13H2Z"/>',
    "triangle-down": '<path d="M8 13.5 14 3H2Z"/>',
    "pentagon": '<path d="M8 2 14 6.4 11.7 13.4H4.3L2 6.4Z"/>',
    "hexagon": '<path d="M8 2 13.2 5V11L8 14 2.8 11V5Z"/>',
    "star": '<path d="M8 1.6 9.8 6h4.6l-3.7 2.8 1.4 4.6L8 10.6l-4.1 2.8 1.4-4.6L1.6 6h4.6Z"/>',
    "cross": '<path d="M6 2h4v4h4v4h-4v4H6v-4H2V6h4Z"/>',
    "x": '<path d="m4 2 4 4 4-4 2 2-4 4 4 4-2 2-4-4-4 4-2-2 4-4-4-4Z"/>',
    "bowtie": '<path d="M2 3 8 8l6-5v10L8 8l-6 5Z"/>',
    "line": '<path d="M1 8h3.4M6.3 8h3.4M11.6 8H15" stroke-width="2" fill="none"/>',
}

_ICONS = {
    "menu": '<path d="M2 4h12M2 8h12M2 12h12"/>',
    "theme": '<circle cx="8" cy="8" r="5.5"/><path d="M8 2.5v11a5.5 5.5 0 0 0 0-11Z" fill="#777c85"/>',
    "gear": '<circle cx="8" cy="8" r="2.2"/>'
    '<path d="M8 1.8v2.1M8 12.1v2.1M1.8 8h2.1M12.1 8h2.1M3.6 3.6l1.5 1.5'
    'M10.9 10.9l1.5 1.5M3.6 12.4l1.5-1.5M10.9 5.1l1.5-1.5"/>',
    "download": '<path d="M8 2v8M4.8 7 8 10.2 11.2 7M2.5 13.5h11"/>',
    "delete": '<path d="M3.5 3.5l9 9M12.5 3.5l-9 9"/>',
    "warning": '<path d="M8 2.2 14.6 13.6H1.4ZM8 6.4v3.4M8 11.7v.2"/>',
    "info": '<circle cx="8" cy="8" r="6"/><path d="M8 7.2v4M8 4.6v.4"/>',
}


def estimator_symbol(style: Style) -> html.Span:
    """The symbol of an estimator in the colours of both themes; the stylesheet shows the right one."""
    return html.Span(
        [
            html.Img(src=_symbol(style.symbol, style.light), alt="", className="symbol only-light"),
            html.Img(src=_symbol(style.symbol, style.dark), alt="", className="symbol only-dark"),
        ],
        className="symbol-box",
    )


def icon(name: str) -> html.Img:
    """A grey line drawing that reads on light and dark."""
    body = f'<g fill="none" stroke="#777c85" stroke-width="1.6" stroke-linecap="round">{_ICONS[name]}</g>'
    return html.Img(src=_data(body), alt="", className="icon")


def _symbol(name: str, color: str) -> str:
    open_shape = name.endswith("-open")
    shape = _SHAPES.get(name.removesuffix("-open"), _SHAPES["circle"])
    fill = "none" if open_shape else color
    return _data(f'<g fill="{fill}" stroke="{color}" stroke-width="{1.8 if open_shape else 0.6}">{shape}</g>')


def _data(body: str) -> str:
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" width="16" height="16">{body}</svg>'
    return "data:image/svg+xml," + quote(svg)
