"""Text messages against a real gateway: what is sent, and what is known when an answer fails to come."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import time

import pytest

from reminders import gateway
from reminders.refusals import FateUnknownError, RefusedError, UnreachedError
from tests.reminders import sms

REFERENCE = "0191f0aa-0000-7000-8000-000000000001"


@pytest.fixture
def server(settings):
    with sms.Gateway() as server:
        settings.SMS_GATEWAY_URL, settings.SMS_GATEWAY_TOKEN = server.url, sms.TOKEN
        settings.SMS_SENDER, settings.SMS_TIMEOUT = "Qingshi", 0.4
        yield server


def send(text="A call home", reference=REFERENCE):
    gateway.chosen().send(reference=reference, number="13800001234", text=text)


def test_a_message_goes_as_json_with_its_reference_and_our_token(server):
    send("青石小学：明天 19:20")
    assert server.messages == [
        {"reference": REFERENCE, "to": "13800001234", "from": "Qingshi", "text": "青石小学：明天 19:20"}
    ]
    (headers,) = server.headers
    assert headers["Idempotency-Key"] == REFERENCE
    assert headers["Authorization"] == f"Bearer {sms.TOKEN}"


def test_the_same_reference_twice_is_one_message(server):
    send()
    send()
    assert (server.posts[REFERENCE], len(server.messages)) == (2, 1)


@pytest.mark.parametrize("status", [301, 400, 401, 403, 422, 429])
def test_a_refusal_means_it_was_not_taken(server, status):
    server.hook = lambda point, port: status if point == "arrived" else None
    with pytest.raises(RefusedError, match=f"^sms_{status}$"):
        send()
    assert server.messages == []


@pytest.mark.parametrize("fault", [500, 503, 409, "break"])
def test_an_unclear_answer_before_it_was_taken_is_asked_about_and_refused(server, fault):
    server.hook = lambda point, port: fault if point == "arrived" else None
    with pytest.raises(RefusedError):
        send()


@pytest.mark.parametrize("fault", [500, 503, 409, "break"])
def test_an_unclear_answer_after_it_was_taken_is_asked_about_and_counts_as_sent(server, fault):
    server.hook = lambda point, port: fault if point == "taken" else None
    send()
    assert len(server.messages) == 1


@pytest.mark.parametrize("point", ["arrived", "taken"])
@pytest.mark.parametrize("answer", [500, "break"])
def test_a_gateway_that_cannot_be_asked_leaves_the_fate_unknown(server, point, answer):
    server.hook = lambda step, port: answer if step == "asked" else "break" if step == point else None
    with pytest.raises(FateUnknownError, match=r"^sms_no_answer$"):
        send()


def test_an_answer_that_never_comes_is_asked_about(server):
    server.hook = lambda point, port: time.sleep(0.8) if point == "taken" else None
    send()
    assert len(server.messages) == 1


def test_a_gateway_that_says_nothing_we_know_is_no_answer(server, settings):
    server.hook = lambda point, port: 200 if point == "asked" else None
    assert gateway.chosen().knows(REFERENCE) is None


def test_nobody_listening_means_it_was_not_taken(settings):
    with sms.Gateway() as gone:
        settings.SMS_GATEWAY_URL = gone.url
    with pytest.raises(UnreachedError, match=r"^ConnectionRefusedError$"):
        send()
    assert gateway.chosen().knows(REFERENCE) is None


def test_no_number_leaves_this_machine_in_clear(settings):
    settings.SMS_GATEWAY_URL = "http://sms.example/v1"
    with pytest.raises(RefusedError, match=r"^sms_not_https$"):
        send()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate of our own for 127.0.0.1."""
    openssl = shutil.which("openssl")
    assert openssl, "this test needs the program openssl"
    folder = tmp_path_factory.mktemp("tls")
    key, cert = folder / "key.pem", folder / "cert.pem"
    made = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out", str(cert)]
    named = ["-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*made, *named], check=True, capture_output=True)
    return cert, key


@pytest.mark.parametrize("is_known", [True, False])
def test_over_tls_only_a_gateway_whose_certificate_we_know(settings, certificate, is_known):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    with sms.Gateway(context) as server:
        settings.SMS_GATEWAY_URL, settings.SMS_GATEWAY_TOKEN = server.url, sms.TOKEN
        settings.SMS_GATEWAY_CA = str(certificate[0]) if is_known else ""
        if is_known:
            send()
        else:
            with pytest.raises(UnreachedError, match=r"^SSLCertVerificationError$"):
                send()
    assert len(server.messages) == int(is_known)


def test_without_a_gateway_messages_are_files_that_only_we_read(settings, tmp_path):
    settings.SMS_FOLDER = tmp_path / "sms"
    send("Hello")
    send("Hello")
    (file,) = (tmp_path / "sms").iterdir()
    assert file.read_text() == "To: 13800001234\n\nHello\n"
    assert file.stat().st_mode & 0o077 == 0
    assert (gateway.chosen().knows(REFERENCE), gateway.chosen().knows("another")) == (True, False)


def test_without_gateway_and_folder_there_is_no_way(settings):
    settings.SMS_FOLDER = None
    assert gateway.chosen() is None
