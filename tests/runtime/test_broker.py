"""The folder broker: messages arrive whole, once, and again when whoever took them was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu import Connection, Queue

from tests.runtime.conftest import HOME

QUEUE = Queue("celery", routing_key="celery")

TAKE_AND_WAIT = """
import sys, time
sys.path.insert(0, {home!r})
from tests.runtime.test_broker import channel_on, QUEUE
from pathlib import Path
with channel_on(Path({folder!r})) as connection:
    message = QUEUE(connection.default_channel).get()
    print(message.payload["id"], flush=True)
    time.sleep(60)
"""


def channel_on(folder: Path) -> Connection:
    return Connection(
        "filesystem://localhost",
        transport="config.broker:Transport",
        transport_options={
            "data_folder_in": str(folder / "queue"),
            "data_folder_out": str(folder / "queue"),
            "processed_folder": str(folder / "claimed"),
            "control_folder": str(folder / "control"),
        },
    )


def send(connection: Connection, *ids: int) -> None:
    producer = connection.Producer(serializer="json")
    for number in ids:
        producer.publish({"id": number}, exchange=QUEUE.exchange, routing_key="celery", declare=[QUEUE])


def receive_all(connection: Connection) -> list[int]:
    found = []
    queue = QUEUE(connection.default_channel)
    while (message := queue.get()) is not None:
        found.append(message.payload["id"])
        message.ack()
    return found


def files(folder: Path, name: str) -> list[str]:
    return [path.name for path in (folder / name).glob("*.msg")]


def test_messages_arrive_in_their_order_and_once(tmp_path: Path) -> None:
    with channel_on(tmp_path) as connection:
        send(connection, 1, 2, 3)

        assert receive_all(connection) == [1, 2, 3]
        assert receive_all(connection) == []
        assert files(tmp_path, "claimed") == []


def test_a_message_whose_taker_was_killed_is_delivered_again(tmp_path: Path) -> None:
    with channel_on(tmp_path) as connection:
        send(connection, 7)
        code = TAKE_AND_WAIT.format(home=str(HOME), folder=str(tmp_path))
        taker = subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=HOME,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test"},
            stdout=subprocess.PIPE,
            text=True,
        )
        with taker:
            assert taker.stdout is not None
            assert taker.stdout.readline() == "7\n"
            assert receive_all(connection) == []
            taker.send_signal(signal.SIGKILL)

    with channel_on(tmp_path) as after:
        assert receive_all(after) == [7]


def test_a_taker_that_lives_keeps_its_message(tmp_path: Path) -> None:
    with channel_on(tmp_path) as taker:
        send(taker, 7)
        message = QUEUE(taker.default_channel).get()

        with channel_on(tmp_path) as other:
            assert receive_all(other) == []
        message.ack()

    with channel_on(tmp_path) as after:
        assert receive_all(after) == []


def test_what_is_not_acknowledged_goes_back_at_the_end(tmp_path: Path) -> None:
    with channel_on(tmp_path) as taker:
        send(taker, 7)
        QUEUE(taker.default_channel).get()

    assert files(tmp_path, "claimed") == []
    with channel_on(tmp_path) as after:
        assert receive_all(after) == [7]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"body": "x"}'])
def test_a_file_that_is_no_message_is_put_away(tmp_path: Path, content: str) -> None:
    with channel_on(tmp_path) as connection:
        send(connection, 1)
        (tmp_path / "queue" / "00_bad.celery.msg").write_text(content)

        assert receive_all(connection) == [1]
        assert files(tmp_path, "queue") == []


def test_many_senders_and_takers_lose_and_repeat_nothing(tmp_path: Path) -> None:
    received: list[int] = []

    def take() -> None:
        with channel_on(tmp_path) as connection:
            until = time.monotonic() + 20
            while len(received) < 120 and time.monotonic() < until:
                received.extend(receive_all(connection))

    def put(start: int) -> None:
        with channel_on(tmp_path) as connection:
            send(connection, *range(start, start + 30))

    threads = [threading.Thread(target=take) for _ in range(3)]
    threads += [threading.Thread(target=put, args=(start,)) for start in range(0, 120, 30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(received) == list(range(120))


def test_an_empty_queue_says_so(tmp_path: Path) -> None:
    with channel_on(tmp_path) as connection:
        channel: Any = connection.default_channel

        with pytest.raises(Empty):
            channel._get("celery")
