"""The log as lines of JSON: one for each request, one for each thing that went wrong.

Nothing that a person sent or has in their files is in it. Of a message only what the program itself says is
written, not what was put into it; of an exception its kind and where it was raised, not its message.
"""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from dashboard.serving.answered import current_request_id, tell_of_answers

if TYPE_CHECKING:
    import flask

    from dashboard.serving.answered import Answered

_REQUESTS: Final = logging.getLogger("blupboard.requests")
_ANSWERED: Final = "answered"


class JsonLines(logging.Formatter):
    """Each record on a line of its own."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record, without its end."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": str(record.msg),
        }
        answered: Answered | None = getattr(record, _ANSWERED, None)
        if answered is not None:
            line |= {
                "request_id": answered.request_id,
                "method": answered.method,
                "route": answered.route,
                "status": answered.status,
                "milliseconds": round(answered.seconds * 1e3, 1),
            }
        else:
            line["where"] = f"{record.module}:{record.lineno}"
            if (request_id := current_request_id()) is not None:
                line["request_id"] = request_id
        if record.exc_info and record.exc_info[1] is not None:
            line["traceback"] = _trace(record.exc_info[1])
        return json.dumps(line)


def log_as_json(server: flask.Flask) -> None:
    """Write what this process logs to stderr as lines of JSON, with one for each answer of `server`."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.root.handlers[:] = [handler]
    _REQUESTS.setLevel(logging.INFO)
    logging.captureWarnings(True)
    tell_of_answers(server, log_answer)


def log_answer(answered: Answered) -> None:
    """Log one answer."""
    _REQUESTS.info("answered", extra={_ANSWERED: answered})


def _trace(error: BaseException) -> str:
    """Where an exception was raised, and those behind it, the first one first; without their messages."""
    behind = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    above = "" if behind is None else f"{_trace(behind)}\n"
    return f"{above}{''.join(traceback.format_tb(error.__traceback__))}{type(error).__qualname__}"
