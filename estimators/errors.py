"""What can go wrong, by whose doing."""


class BlupboardError(Exception):
    """Anything that is said to a person in one sentence."""


class DataError(BlupboardError, ValueError):
    """The data cannot carry what was asked of them."""


class OptionError(BlupboardError, ValueError):
    """A value that a user gave is unknown or out of its bounds."""


class NotRun(BlupboardError):
    """A method could not be run to its end here, for a reason outside it: what it needs is missing, say."""


class FitError(BlupboardError, RuntimeError):
    """A method broke its contract."""
