"""What can go wrong, by whose doing."""


class BlupboardError(Exception):
    """Anything that went wrong and can be put to a person in one sentence; the base of all others here."""


class DataError(BlupboardError, ValueError):
    """The data cannot carry what was asked of them."""


class OptionError(BlupboardError, ValueError):
    """A value that a user gave is unknown or out of its bounds."""


class NotRun(BlupboardError):
    """A method could not be run to its end here, for a reason outside it: what it needs is missing, say."""


class FitError(BlupboardError, RuntimeError):
    """A method broke its contract."""


LONGEST_MESSAGE = 300
"""Characters kept of what an exception of a plugin says."""


def error_sentence(error: BaseException) -> str:
    """The kind of an exception and what it says, cut where it is endless."""
    text = " ".join(error_text(error).split())
    text = text if len(text) <= LONGEST_MESSAGE else f"{text[:LONGEST_MESSAGE]} …"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def error_text(error: BaseException) -> str:
    """What an exception says; nothing where saying it fails."""
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - the class is a plugin's, and so is its __str__
        return ""
