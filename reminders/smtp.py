"""SMTP that knows how far it came.

SMTP has no query by reference: whether a message was taken can only be told from how far the talk went. Up
to the answer 354 the server has taken nothing; from the first byte of the text until the answer to its end,
a broken connection leaves the fate unknown (RFC 5321 §4.1.1.4, §4.2.5).
"""

from __future__ import annotations

import smtplib
from typing import Any

from django.core.mail.backends import smtp

_GO_AHEAD = 354


class HandOverBrokenError(Exception):
    """The connection broke after the server had asked for the text: it may have the message, or not."""


class _WatchedMixin:
    """Tells a break during the hand-over from one before it."""

    _handing_over = False

    def getreply(self) -> tuple[int, bytes]:
        code, text = super().getreply()  # type: ignore[misc]
        self._handing_over = code == _GO_AHEAD
        return code, text

    def data(self, msg: Any) -> tuple[int, bytes]:
        try:
            return super().data(msg)  # type: ignore[misc,no-any-return]
        except (OSError, smtplib.SMTPServerDisconnected) as error:
            if self._handing_over:
                raise HandOverBrokenError(type(error).__name__) from error
            raise


class _WatchedSMTP(_WatchedMixin, smtplib.SMTP):
    pass


class _WatchedSMTPOverTLS(_WatchedMixin, smtplib.SMTP_SSL):
    pass


class Backend(smtp.EmailBackend):
    """Django's SMTP backend; raises HandOverBrokenError where the fate of the message is unknown."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _WatchedSMTPOverTLS if self.use_ssl else _WatchedSMTP
