"""Errors that an operator can mend."""


class OperatorError(Exception):
    """Something to mend; the message says what to do. Shown without a traceback."""
