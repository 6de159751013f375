"""Text messages by a generic HTTPS gateway: JSON in, JSON out, one reference a message.

    POST {SMS_GATEWAY_URL}              {"reference", "to", "from", "text"}
    GET  {SMS_GATEWAY_URL}/{reference}  {"status"}, or 404 when it never saw that reference

`reference` is the reminder's public id and goes along as `Idempotency-Key` too: a gateway that is given the
same twice sends once. What isn't clear from an answer is asked by reference; what stays unclear, a person
decides. docs/how-to/send-text-messages.md says how a provider's own gateway is wrapped.
"""

from __future__ import annotations

import http.client
import json
import os
import ssl
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from reminders.refusals import FateUnknownError, RefusedError, UnreachedError

_TAKEN = {"accepted", "queued", "sent", "delivered"}
_NOT_TAKEN = {"unknown", "rejected", "failed"}
_LONGEST_ANSWER = 10_000
_AT_HOME = {"127.0.0.1", "::1", "localhost"}


class Gateway(Protocol):
    """Where text messages go."""

    def send(self, *, reference: str, number: str, text: str) -> None:
        """Returns when the message was taken. Raises RefusedError, UnreachedError, FateUnknownError."""

    def knows(self, reference: str) -> bool | None:
        """Whether it has taken a message of this reference; None when that can't be told now."""


def chosen() -> Gateway | None:
    """The school's gateway; without one a folder, where settings name it (make run); else none."""
    if settings.SMS_GATEWAY_URL:
        return HttpsGateway(settings.SMS_GATEWAY_URL)
    return FolderGateway(Path(settings.SMS_FOLDER)) if settings.SMS_FOLDER else None


class FolderGateway:
    """Text messages as files, for trying things: one file a reference, so a second copy can't happen."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, *, reference: str, number: str, text: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        waiting = self.folder / f".{reference}"
        with os.fdopen(os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(f"To: {number}\n\n{text}\n")
        waiting.replace(self.folder / f"{reference}.txt")

    def knows(self, reference: str) -> bool | None:
        return (self.folder / f"{reference}.txt").exists()


class HttpsGateway:
    """The gateway that settings.SMS_GATEWAY_URL names. Plain HTTP is for this machine only."""

    def __init__(self, url: str) -> None:
        self.url: SplitResult = urlsplit(url.rstrip("/"))

    def send(self, *, reference: str, number: str, text: str) -> None:
        body = {"reference": reference, "to": number, "from": settings.SMS_SENDER, "text": text}
        connection = self._connect()
        try:
            status, _answer = self._talk(connection, "POST", self.url.path or "/", reference, body)
        except (OSError, http.client.HTTPException):
            self._settle(reference, "no_answer")
            return
        finally:
            connection.close()
        if 200 <= status < 300:
            return
        if 300 <= status < 500 and status not in {408, 409}:
            raise RefusedError(f"sms_{status}")
        self._settle(reference, str(status))

    def knows(self, reference: str) -> bool | None:
        try:
            connection = self._connect()
        except RefusedError:
            return None
        try:
            path = f"{self.url.path}/{reference}"
            status, answer = self._talk(connection, "GET", path, reference, None)
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()
        if status == 404:
            return False
        said = answer.get("status") if status == 200 else None
        return True if said in _TAKEN else False if said in _NOT_TAKEN else None

    def _settle(self, reference: str, code: str) -> None:
        """Its answer didn't tell whether the message was taken: ask."""
        taken = self.knows(reference)
        if taken is None:
            raise FateUnknownError(f"sms_{code}")
        if not taken:
            raise RefusedError(f"sms_{code}")

    def _connect(self) -> http.client.HTTPConnection:
        host, seconds = self.url.hostname or "", settings.SMS_TIMEOUT
        connection: http.client.HTTPConnection
        if self.url.scheme == "https":
            context = ssl.create_default_context(cafile=settings.SMS_GATEWAY_CA or None)
            connection = http.client.HTTPSConnection(host, self.url.port, timeout=seconds, context=context)
        elif self.url.scheme == "http" and host in _AT_HOME:
            connection = http.client.HTTPConnection(host, self.url.port, timeout=seconds)
        else:
            raise RefusedError("sms_not_https")
        try:
            connection.connect()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise UnreachedError(type(error).__name__[:60]) from error
        return connection

    def _talk(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        path: str,
        reference: str,
        body: dict[str, str] | None,
    ) -> tuple[int, dict[str, Any]]:
        headers = {"Accept": "application/json", "Authorization": f"Bearer {settings.SMS_GATEWAY_TOKEN}"}
        content = None
        if body is not None:
            content = json.dumps(body, ensure_ascii=False).encode()
            headers |= {"Content-Type": "application/json", "Idempotency-Key": reference}
        connection.request(method, path, body=content, headers=headers)
        response = connection.getresponse()
        return response.status, _read(response.read(_LONGEST_ANSWER))


def _read(content: bytes) -> dict[str, Any]:
    try:
        said = json.loads(content)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
