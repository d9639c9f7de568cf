"""waitress on a socket of our own: large uploads in flat memory, refused in a sentence when too large."""

from __future__ import annotations

import errno
import ipaddress
import json
import logging
import socket
from collections.abc import Callable
from http import HTTPStatus
from io import BytesIO
from typing import TYPE_CHECKING, Any

from waitress.adjustments import Adjustments
from waitress.parser import HTTPRequestParser
from waitress.utilities import RequestEntityTooLarge
from waitress.wasyncore import close_all

from dashboard.serving.fair_server import LOOK_SECONDS, FairChannel, FairServer
from dashboard.serving.large_bodies import MOST_BYTES, Refused

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

THREADS = 8
"""Requests answered at a time: more than many a machine has cores, as some wait for a disk or a plugin."""
PORTS_TO_TRY = 51
"""Ports looked at from the one that was asked for: to 8100 from the usual one, with room for dozens of other
servers on one machine."""

_RECEIVE_BYTES = 2**16
_IN_MEMORY_BYTES = 2**19


RefusedAtHead = Callable[[dict[str, Any]], Refused | None]


class CannotListen(Exception):
    """The address cannot be served; the message is one sentence for the person who chose it."""


def bind(host: str, port: int, *, or_next_free: bool) -> socket.socket:
    """Return a socket that listens on `host` and `port`, 0 for any free port.

    A port that is taken is followed by the next free one of the 50 after it where `or_next_free`.
    Raises CannotListen.
    """
    for candidate in range(port, min(port + (PORTS_TO_TRY if or_next_free else 1), 2**16)):
        try:
            family, kind, protocol, _, address = socket.getaddrinfo(
                host, candidate, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
            )[0]
            return _bind_socket(socket.socket(family, kind, protocol), address)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise CannotListen(f"Cannot listen on {host} port {candidate}: {error.strerror}.") from error
    tried = f"Ports {port} to {port + PORTS_TO_TRY - 1} are" if or_next_free else f"Port {port} is"
    raise CannotListen(f"{tried} taken on {host}; choose another with --port.")


class Listener:
    """A waitress server for one application on one listening socket.

    waitress takes a body in whole before it calls the application; past half a megabyte it waits in a
    file in `tempfile.gettempdir()`. A body over the cap is answered as the upload route does,
    `{"error": too_large_message}` with status 413. `refused_at_head` is asked about a request with a body
    past `large_bodies.MOST_BYTES`, or of unknown length, before that is taken.
    """

    def __init__(
        self,
        application: WSGIApplication,
        listening: socket.socket,
        *,
        max_body_bytes: int,
        too_large_message: str,
        most_connections: int | None = None,
        refused_at_head: RefusedAtHead = lambda _: None,
    ) -> None:
        class Parser(_Parser):
            too_large = too_large_message
            refused = staticmethod(refused_at_head)

        class Channel(FairChannel):
            parser_class = Parser

        self.url = _url_of(listening)
        options = Adjustments(
            sockets=[listening],
            threads=THREADS,
            recv_bytes=_RECEIVE_BYTES,
            inbuf_overflow=_IN_MEMORY_BYTES,
            max_request_body_size=max_body_bytes + 1,  # waitress refuses bodies of this size already
            channel_request_lookahead=1,  # so that a client that leaves while its file is read is noticed
            clear_untrusted_proxy_headers=False,  # the application decides which proxies to believe
            asyncore_use_poll=True,
            cleanup_interval=LOOK_SECONDS,
            connection_limit=2**20,  # the server has its own way with too many
            ident="blupboard",
        )
        address = (listening.family, listening.type, listening.proto, listening.getsockname())
        self._server = FairServer(
            application,
            _sock=listening,
            adj=options,
            bind_socket=False,
            sockinfo=address,
            most_connections=most_connections,
        )
        self._server.channel_class = Channel
        # which warns of each request that waits its turn: thousands of lines an hour where many compare
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)

    def run(self) -> None:
        """Serve until `stop`, SystemExit or Ctrl-C; what is being answered is delivered, within 8 seconds."""
        self._server.run()
        self._server.shutdown()
        self._close()

    def stop(self) -> None:
        """Let `run` return; for another thread than the one that runs it."""
        self._server.trigger.pull_trigger(self._close)

    def _close(self) -> None:
        close_all(self._server._map)


class _Parser(HTTPRequestParser):  # type: ignore[misc]  # waitress has no types
    too_large: str
    refused: RefusedAtHead
    content_length: int
    error: object

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        if not self.chunked and self.content_length <= MOST_BYTES:
            return
        refused = self.refused(self._environ())
        if refused is not None:
            self.error = _InJson(refused)
            self.body_rcv, self.content_length, self.expect_continue = None, 0, False

    def _environ(self) -> dict[str, Any]:
        """The head as WSGI has it."""
        return {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": self.path,
            "QUERY_STRING": self.query,
            "SERVER_NAME": "localhost",  # by what name the server is asked matters once the request is whole
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(),
            **{f"HTTP_{name}": value for name, value in self.headers.items() if name != "HOST"},
        }

    def received(self, data: bytes) -> int:
        consumed: int = super().received(data)
        if isinstance(self.error, RequestEntityTooLarge):
            self.error = _InJson(Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, self.too_large))
            self.expect_continue = False  # or waitress would invite the very body it refuses
        return consumed


class _InJson:
    """waitress's answer to a body that is not taken, in the form of the upload route's."""

    def __init__(self, refused: Refused) -> None:
        self.refused = refused

    def to_response(self, _server_name: str) -> tuple[str, list[tuple[str, str]], bytes]:
        status, sentence = self.refused
        body = json.dumps({"error": sentence}).encode()
        return f"{status.value} {status.phrase}", [("Content-Type", "application/json")], body


def _url_of(listening: socket.socket) -> str:
    """Return the address to open in a browser on this machine."""
    host, port = listening.getsockname()[:2]
    address = ipaddress.ip_address(host.partition("%")[0])
    if address.is_unspecified:
        host = "127.0.0.1" if address.version == 4 else "::1"
    return f"http://[{host}]:{port}/" if address.version == 6 else f"http://{host}:{port}/"


def _bind_socket(opened: socket.socket, address: tuple[str | int, ...] | tuple[int, bytes]) -> socket.socket:
    try:
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # Windows, where SO_REUSEADDR shares a taken port
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind(address)
        opened.listen(128)
    except OSError:
        opened.close()
        raise
    return opened
