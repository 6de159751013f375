"""Tests stay on this machine."""

from __future__ import annotations

import socket

import pytest


@pytest.mark.parametrize("address", ["192.0.2.1", "example.org"])
def test_the_network_is_closed_to_tests(address: str):
    with socket.socket() as sock, pytest.raises(RuntimeError, match=address):
        sock.connect((address, 80))


def test_this_machine_is_open_to_tests():
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()[:2]) as sock,
    ):
        assert sock.getpeername() == server.getsockname()
