"""Log lines that quote no data: an exception's message often holds what was being written."""

from __future__ import annotations

import logging
import traceback
from types import TracebackType
from typing import cast

from django.db import DataError, IntegrityError, InternalError, NotSupportedError, ProgrammingError

_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
# PostgreSQL's words quote the refused row; those of a connection that failed (OperationalError) don't.
_OF_DATABASE = (DataError, IntegrityError, InternalError, NotSupportedError, ProgrammingError)
_QUOTING = (
    ValueError,
    LookupError,
    TypeError,
    ArithmeticError,
)  # int('…'), KeyError('…')
_LEFT_OUT = "(message left out: it may quote data)"


class QuietFormatter(logging.Formatter):
    """Tracebacks without the messages of exceptions that quote data; for the database, the code and the rule.

    Celery says the exception in its own message too, so that one is told by its class alone.
    ASVS 5.0.0 V16.2.5: no sensitive data in logs.
    """

    def format(self, record: logging.LogRecord) -> str:
        if record.name == "celery.app.trace" and isinstance(record.args, dict) and record.exc_info:
            record = logging.makeLogRecord(record.__dict__)
            kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
            said = cast("dict[str, object]", record.args)
            record.args = {**said, "exc": kind, "traceback": "", "args": "", "kwargs": ""}
        record.exc_text = None  # another handler may have kept the whole one
        return super().format(record)

    def formatException(self, ei: _ExcInfo) -> str:  # noqa: N802  (logging's name)
        if ei[1] is None:
            return ""
        found = traceback.TracebackException.from_exception(ei[1], compact=True)
        _quieten(found, ei[1])
        return "".join(found.format()).rstrip("\n")


def _quieten(found: traceback.TracebackException, error: BaseException) -> None:
    """Replace messages all along the chain of causes."""
    if (instead := _instead(error)) is not None:
        found._str = instead  # type: ignore[attr-defined]
    if found.__cause__ is not None and error.__cause__ is not None:
        _quieten(found.__cause__, error.__cause__)
    if found.__context__ is not None and error.__context__ is not None:
        _quieten(found.__context__, error.__context__)


def _instead(error: BaseException) -> str | None:
    """What is told in the place of a message, None where it may stand."""
    driver = error.__cause__ if isinstance(error, _OF_DATABASE) else error
    if code := getattr(driver, "pgcode", None):
        rule = getattr(getattr(driver, "diag", None), "constraint_name", None)
        return f"SQLSTATE {code}" + (f" ({rule})" if rule else "")
    return _LEFT_OUT if isinstance(error, (*_OF_DATABASE, *_QUOTING)) else None
