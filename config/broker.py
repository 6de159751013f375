"""A broker in a folder, for `make run` on one machine: kombu's `filesystem` transport, made safe.

kombu's own loses a message that is read while it is being written, and one whose worker was killed. Here a
message appears whole by a rename, and a taken one stays in `claimed/`, locked, until it's acknowledged: when
its taker dies the kernel drops the lock, and the next process to connect puts it back. So delivery is
at-least-once, as with the brokers of production. The work itself is planned in PostgreSQL either way.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import filesystem, virtual
from kombu.utils.json import dumps, loads

BAD_MESSAGE = (ValueError, KeyError, TypeError)


class QoS(virtual.QoS):  # type: ignore[misc]  # kombu has no types
    """Forgets the claimed file of a message that is done."""

    def ack(self, delivery_tag: str) -> None:
        super().ack(delivery_tag)
        self.channel.release(delivery_tag)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        super().reject(delivery_tag, requeue=requeue)
        self.channel.release(delivery_tag)


class Channel(filesystem.Channel):  # type: ignore[misc]  # kombu has no types
    """Queues are files named `<time>_<uuid>.<queue>.msg` in one folder, oldest first."""

    QoS = QoS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._claims: dict[str, tuple[Path, int]] = {}
        self.queue_folder = Path(self.data_folder_in)
        self.claimed_folder = Path(self.processed_folder)
        for folder in (self.queue_folder, self.claimed_folder, self.control_folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._put_back_orphans()

    def _put(self, queue: str, payload: dict[str, Any], **kwargs: Any) -> None:  # type: ignore[override]
        name = f"{time.time_ns():020d}_{uuid.uuid4()}.{queue}.msg"
        draft = self.queue_folder / f".{name}"
        draft.write_text(dumps(payload))
        draft.rename(self.queue_folder / name)

    def _get(self, queue: str, timeout: float | None = None) -> dict[str, Any]:
        for name in sorted(path.name for path in self.queue_folder.iterdir()):
            if name.startswith(".") or name.partition(".")[2] != f"{queue}.msg":
                continue
            if payload := self._claim(name):
                return payload
        raise Empty

    def _claim(self, name: str) -> dict[str, Any] | None:
        """Take one message; None when another worker was faster or the file is no message."""
        source, target = self.queue_folder / name, self.claimed_folder / name
        try:
            lock = os.open(source, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            source.rename(target)
            payload: dict[str, Any] = loads(target.read_text())
            self._claims[payload["properties"]["delivery_tag"]] = (target, lock)
        except OSError:
            os.close(lock)
            return None
        except BAD_MESSAGE:
            target.unlink(missing_ok=True)
            os.close(lock)
            return None
        return payload

    def release(self, delivery_tag: str) -> None:
        """The message is done, or is back in the queue under a new name."""
        path, lock = self._claims.pop(delivery_tag, (None, None))
        if path is not None and lock is not None:
            path.unlink(missing_ok=True)
            os.close(lock)

    def close(self) -> None:
        super().close()  # puts what is unacknowledged back into the queue
        for delivery_tag in list(self._claims):
            self.release(delivery_tag)

    def _put_back_orphans(self) -> None:
        for path in self.claimed_folder.glob("*.msg"):
            with contextlib.suppress(OSError), path.open("rb") as claimed:
                fcntl.flock(claimed, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.rename(self.queue_folder / path.name)

    @contextlib.contextmanager
    def _exchange_lock(self) -> Iterator[None]:
        with (self.control_folder / ".lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def get_table(self, exchange: str) -> list[Any]:
        with self._exchange_lock():
            table: list[Any] = super().get_table(exchange)
            return table

    def _queue_bind(self, *args: Any) -> None:
        with self._exchange_lock():
            super()._queue_bind(*args)


class Transport(filesystem.Transport):  # type: ignore[misc]  # kombu has no types
    """Named by the setting CELERY_BROKER_TRANSPORT wherever the broker's address is filesystem://."""

    Channel = Channel
    global_state = virtual.BrokerState()
    polling_interval = 0.5
