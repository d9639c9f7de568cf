"""Small pictures as SVG data: an estimator's symbol beside its name, the icons of buttons."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import quote

from dash import html

from dashboard.scene.marker_shapes import CORNERS
from dashboard.scene.style import LINE

if TYPE_CHECKING:
    from dashboard.scene.style import Style

_RADIUS = 5
"""Of a symbol in a picture of 16 by 16."""

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
    light, dark = symbol_sources(style)
    return html.Span(
        [
            html.Img(src=light, alt="", className="symbol only-light"),
            html.Img(src=dark, alt="", className="symbol only-dark"),
        ],
        className="symbol-box",
    )


def symbol_sources(style: Style) -> tuple[str, str]:
    """The symbol of an estimator as addresses of pictures, for a light page and for a dark one."""
    return _symbol(style.symbol, style.light), _symbol(style.symbol, style.dark)


def icon(name: str) -> html.Img:
    """A grey line drawing that reads on light and dark."""
    return html.Img(src=icon_source(name), alt="", className="icon")


def icon_source(name: str) -> str:
    """The same as the address of a picture."""
    body = f'<g fill="none" stroke="#777c85" stroke-width="1.6" stroke-linecap="round">{_ICONS[name]}</g>'
    return _data(body)


@cache
def _symbol(name: str, color: str) -> str:
    open_shape = name.endswith("-open")
    fill = "none" if open_shape else color
    shape = _shape(name.removesuffix("-open"))
    return _data(f'<g fill="{fill}" stroke="{color}" stroke-width="{1.8 if open_shape else 0.6}">{shape}</g>')


def _shape(name: str) -> str:
    if name == LINE:
        return '<path d="M1 8h3.4M6.3 8h3.4M11.6 8H15" stroke-width="2" fill="none"/>'
    if name == "line-ns":
        return '<path d="M8 2.5v11" fill="none"/>'
    if name not in CORNERS:
        return f'<circle cx="8" cy="8" r="{_RADIUS}"/>'
    return f'<polygon points="{" ".join(f"{8 + _RADIUS * v:.4g}" for v in CORNERS[name])}"/>'


def _data(body: str) -> str:
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" width="16" height="16">{body}</svg>'
    return "data:image/svg+xml," + quote(svg)
