"""What goes wrong in a page while a test drives it."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Response, WebError


@dataclass
class Troubles:
    """Console errors and warnings, uncaught errors, answers of 400 and above that no test has announced."""

    found: list[str] = field(default_factory=list)
    _announced: dict[tuple[str, int], bool] = field(default_factory=dict)

    def announce(self, path: str, status: int) -> None:
        """Say that the server will answer a request for `path` with `status`: here that is right."""
        self._announced[path, status] = False

    def watch(self, context: BrowserContext) -> None:
        """Note what goes wrong in any page of `context`."""
        context.on("console", self._heard)
        context.on("weberror", self._uncaught)
        context.on("response", self._answered)

    def leave(self, context: BrowserContext) -> None:
        """Note no more of it."""
        context.remove_listener("console", self._heard)
        context.remove_listener("weberror", self._uncaught)
        context.remove_listener("response", self._answered)

    def check(self) -> None:
        """Fail when anything went wrong, or anything announced did not happen."""
        missing = [f"{status} for {path}" for (path, status), seen in self._announced.items() if not seen]
        assert not self.found, "the page had troubles:\n" + "\n".join(self.found)
        assert not missing, f"announced, but did not happen: {missing}"

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        path = urlsplit(message.location.get("url", "")).path
        echo = any(path == p and f"status of {s}" in message.text for p, s in self._announced)
        if not echo:
            self.found.append(f"console: {message.text} ({path})")

    def _uncaught(self, error: WebError) -> None:
        self.found.append(f"uncaught: {error.error}")

    def _answered(self, response: Response) -> None:
        if response.status < 400:
            return
        answer = (urlsplit(response.url).path, response.status)
        if answer in self._announced:
            self._announced[answer] = True
        else:
            self.found.append(f"answer {response.status} for {response.url}")
