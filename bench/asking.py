"""A plain HTTP client with a clock: one request after the other, or eight clients at once."""

from __future__ import annotations

import gzip
import http.client
import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

CLIENTS = 8


class WrongAnswerError(Exception):
    """A page answered something else: what follows would measure an error page."""


@dataclass
class Taken:
    """What one page took at one size, over all rounds."""

    ms: list[float] = field(default_factory=list)
    rps: list[float] = field(default_factory=list)
    queries: int = 0
    sql_ms: list[float] = field(default_factory=list)
    sent: int = 0


class Client:
    """One browser: a connection that stays open, a session of its own."""

    def __init__(self, port: int, act: dict[str, Any], number: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._act = act
        cookies = act["cookies"][number]
        self._headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
            "X-CSRFToken": cookies["csrftoken"],
            "Accept-Encoding": "gzip",
            "Accept-Language": "zh-hans",
        }
        if act["live"]:
            self._headers |= {"HX-Request": "true", "HX-Target": act["live"]}

    def ask(self) -> tuple[float, http.client.HTTPResponse, bytes]:
        """Milliseconds from the first byte sent to the last received, the answer, its body as sent."""
        method, body, headers = "GET", None, self._headers
        if self._act["fields"] is not None:
            method = "POST"
            body = urlencode(self._act["fields"]).replace("%7Buuid%7D", str(uuid.uuid4()))
            headers = {**headers, "Content-Type": "application/x-www-form-urlencoded"}
        started = time.perf_counter()
        self._connection.request(method, self._act["path"], body, headers)
        answer = self._connection.getresponse()
        content = answer.read()
        return (time.perf_counter() - started) * 1000, answer, content

    def check(self) -> None:
        """Raises WrongAnswerError unless it's the page that was meant."""
        _, answer, content = self.ask()
        text = gzip.decompress(content) if answer.getheader("Content-Encoding") == "gzip" else content
        saved = not self._act["expect"] and answer.status in {200, 302, 303}
        if not saved and (answer.status != 200 or self._act["expect"] not in text.decode()):
            raise WrongAnswerError(
                f"{self._act['name']}: {answer.status} {answer.getheader('Location') or ''}"
            )

    def close(self) -> None:
        self._connection.close()


def alone(port: int, act: dict[str, Any], taken: Taken, *, requests: int, warm_up: int) -> None:
    """One client: times, statements, bytes."""
    client = Client(port, act, 0)
    for _ in range(warm_up):
        client.check()
    for _ in range(requests):
        ms, answer, content = client.ask()
        if answer.status >= 400:
            raise WrongAnswerError(f"{act['name']}: {answer.status}")
        taken.ms.append(ms)
        duration, number = _statements(answer.getheader("Server-Timing") or "")
        taken.sql_ms.append(duration)
        taken.queries, taken.sent = number, len(content)
    client.close()


def together(port: int, act: dict[str, Any], taken: Taken, *, seconds: float) -> None:
    """Eight clients, each as fast as it is answered: requests a second."""
    counts = [0] * CLIENTS
    failed: list[int] = []
    until = time.perf_counter() + seconds

    def work(number: int) -> None:
        client = Client(port, act, number)
        while time.perf_counter() < until:
            _, answer, _ = client.ask()
            if answer.status >= 400:
                failed.append(answer.status)
                break
            counts[number] += 1
        client.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(CLIENTS)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise WrongAnswerError(f"{act['name']} with eight clients: {failed[0]}")
    taken.rps.append(sum(counts) / (time.perf_counter() - started))


def _statements(header: str) -> tuple[float, int]:
    """Milliseconds and number of `sql;dur=1.23;desc="4"`."""
    parts = dict(part.split("=", 1) for part in header.split(";")[1:])
    return float(parts["dur"]), int(parts["desc"].strip('"'))
