"""The crawler itself: it finds each kind of fault, and goes where a person could."""

from __future__ import annotations

import pytest
from django.test import Client, override_settings

from tests.crawl.crawler import Crawler


@pytest.fixture
def crawled() -> Crawler:
    def look(response):
        return ["shows a secret"] if b"secret x1" in response.content else []

    with override_settings(ROOT_URLCONF="tests.crawl.broken_site", MIDDLEWARE=[]):
        return Crawler(Client(raise_request_exception=False), look).crawl()


@pytest.mark.parametrize(
    "fault",
    [
        "/gone/ (shown on /) answers 404",
        "/broken/ (shown on /) answers 500",
        "/refused/ (shown on /) answers 403",
        "/nothing/ (shown on /) leads to no address of ours",
        "/ (shown on the address bar) has a link to #nowhere, which it lacks",
        "/bare/#part (shown on /) has no title",
        "/bare/#part (shown on /) has 0 h1",
        "/bare/#part (shown on /) has no #part",
        "/away/ (shown on /) leads to /accounts/login/?next=/",
        "/found/?q=x&s=1 (shown on /) shows a secret",
    ],
)
def test_each_kind_of_fault_is_found(crawled: Crawler, fault: str):
    assert fault in crawled.faults


def test_nothing_else_is_a_fault_and_nothing_is_posted(crawled: Crawler):
    assert len(crawled.faults) == 10
    assert "posted" not in crawled.names
