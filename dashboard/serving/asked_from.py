"""Under which name the server was asked, and from which site: what keeps other web sites out."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from urllib.parse import urlsplit

import flask
from werkzeug.exceptions import Forbidden, MisdirectedRequest
from werkzeug.middleware.proxy_fix import ProxyFix

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_ANY_ADDRESS = "any address"
"""Among the names: every address in numbers. A site that is made to point here has a name, no number."""
_HOSTS = "BLUPBOARD_HOSTS"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_TRUSTED_SITES = frozenset({"same-origin", "none"})


def allow_hosts(server: flask.Flask, hosts: Iterable[str]) -> None:
    """Answer under these names too; under any, as long as none is named here or by `answer_for`."""
    server.config[_HOSTS] = server.config.get(_HOSTS, frozenset()) | {host.lower() for host in hosts}


def answer_for(server: flask.Flask, host: str) -> None:
    """Answer under the names that a server has that listens on `host`: the loopback ones, and its own.

    A web page whose own name is made to resolve to this machine is then refused (DNS rebinding). Where it
    listens on every address, every address in numbers is among them, and the name of this machine.
    """
    names = set(LOOPBACK_NAMES)
    if not is_loopback(host):
        names |= {_ANY_ADDRESS, socket.gethostname()} if _is_unspecified(host) else {host.strip("[]")}
    allow_hosts(server, names)


def trust_proxies(server: flask.Flask, proxies: int) -> None:
    """Believe so many reverse proxies what they say of scheme, host and address of a client."""
    proxied = ProxyFix(server.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)
    server.wsgi_app = proxied  # type: ignore[method-assign]  # Flask's documented way to add middleware


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach a server bound to `host`, a name or an address."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() in LOOPBACK_NAMES


def refuse_unknown_host() -> None:
    """Refuse a request under another name than the server's."""
    hosts: frozenset[str] = flask.current_app.config[_HOSTS]
    if not hosts:
        return
    try:
        asked = urlsplit(f"//{flask.request.host}").hostname or ""
    except ValueError:  # brackets around something that is no address
        asked = ""
    if asked not in hosts and not (_ANY_ADDRESS in hosts and _is_address(asked)):
        raise MisdirectedRequest(
            "This server does not answer under that name; whoever runs it can add it with --allowed-host."
        )


def refuse_other_sites() -> None:
    """Let no other web site act in the visitor's name, by what their browser says of the request."""
    request = flask.request
    if request.method in _SAFE_METHODS:
        return
    site = request.headers.get("Sec-Fetch-Site")
    came_from = request.headers.get("Origin", request.headers.get("Referer"))
    if site is not None:
        trusted = site in _TRUSTED_SITES
    else:
        trusted = came_from is None or _place(came_from) == request.host
    # A header that no other site can add without asking first, which is never granted here.
    if request.method == "PUT" and "X-Requested-With" not in request.headers:
        trusted = False
    if not trusted:
        raise Forbidden("This request came from another site; open the page itself and try again.")


def _place(address: str) -> str:
    try:
        return urlsplit(address).netloc
    except ValueError:
        return ""


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_unspecified(host: str) -> bool:
    bare = host.strip("[]")
    return bare == "" or (_is_address(bare) and ipaddress.ip_address(bare).is_unspecified)
