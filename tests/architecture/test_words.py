"""Chinese is complete: every page read as a Chinese-speaking person of each role, without an English word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from django.utils.translation import trans_real

from accounts.models import User
from accounts.roles import Role
from counselling.models import SessionText
from dashboards.models import Release
from dormitories.models import HouseFile, Leave
from schools.models import Area, School
from scripts import messages
from students.models import EmergencyAccess
from tests.architecture import test_access_matrix
from tests.architecture.access_matrix import ROWS, Row, Scope
from tests.architecture.test_access_matrix import World

world = test_access_matrix.world  # the fixture: our school, the school next door, one of each object

ALLOWED = {
    *(
        "Kiteline",
        "API",
        "JSON",
        "CSV",
        "Excel",
        "WPS",
        "xlsx",
        "xls",
        "XML",
        "UTF",
        "OpenAPI",
        "SHA",
        "URL",
        "TOTP",
    ),
    *("Esc", "Ctrl", "Token", "Authorization", "English", "test", "example", "com", "http", "https"),
}
READ_ALOUD = {"aria-label", "title", "placeholder", "alt", "label", "content-text"}
SILENT = {"script", "style", "svg", "code", "kbd", "template"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
WORD = re.compile(r"[A-Za-z][A-Za-z_'’-]{2,}")
TYPED = ["made-up", "roster.csv", "A bruise on the left arm.", "She walks with crutches."]
MADE_FOR_THE_ROLE = {"students:today", "students:detail", "accounts:me"}
CHINESE = re.compile("[\u4e00-\u9fff]")
NARROW = re.compile("[\u4e00-\u9fff][,;:?!]|[,;:?!] ?[\u4e00-\u9fff]")
STIGMA = re.compile("留守|问题学生|问题儿童|差生|风险")


class Reader(HTMLParser):
    """What a person reads or hears on a page; not what is marked as another language or as pinyin."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        silent = tag in SILENT or given.get("lang") == "en" or "latin" in (given.get("class") or "").split()
        if not self._is_silent() and not silent:
            heard = READ_ALOUD | {name for name in given if name.startswith("data-") and "said" in name}
            self.texts += [value for name, value in attrs if name in heard and value]
        if tag not in VOID:
            self._open.append((tag, silent))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not self._is_silent():
            self.texts.append(data)

    def _is_silent(self) -> bool:
        return any(silent for _, silent in self._open)


def english_words(html: str, known: set[str]) -> set[str]:
    reader = Reader()
    reader.feed(html)
    return {word for text in reader.texts for word in WORD.findall(text)} - ALLOWED - known


def pages() -> list[Row]:
    return [
        row
        for row in ROWS
        if not row.json and not row.name.startswith(("api", "ui", "healthz", "reference_for_programs"))
    ]


def readers(row: Row, world: World) -> Iterator[tuple[str, User | None]]:
    """One person who gets through and one who doesn't; everybody where the page is made for the role."""
    if row.scope is Scope.PUBLIC:
        yield "signed out", None
    elif row.name in MADE_FOR_THE_ROLE:
        yield from ((role.value, world.ours[role]) for role in row.allow or Role)
    else:
        allowed = sorted(row.allow) or [Role.SAFEGUARDING_LEAD]
        yield from ((role.value, world.ours[role]) for role in (allowed[0], *sorted(row.refuse)[:1]))


def ask(row: Row, user: User | None, world: World) -> Any:
    client = Client(headers={"Accept-Language": "zh-CN,zh;q=0.9"})
    if user is not None:
        client.force_login(user, backend="accounts.backends.NamePhoneOrEmailBackend")
    return test_access_matrix._ask(client, row, world)


@pytest.fixture(scope="module", autouse=True)
def todays_translations() -> None:
    """The catalogue as it stands in the source, not as it was when somebody last compiled it."""
    messages.compile_all()
    trans_real._translations.clear()


@pytest.fixture
def chinese_world(world: World) -> World:
    """People and places with Chinese names, so that any English word is the program's."""
    User.objects.update(language="zh-hans", name="李老师")
    School.objects.update(name="青石小学")
    Area.objects.update(name="青石县")
    return world


@pytest.fixture
def names(chinese_world: World) -> set[str]:
    """Words that somebody typed: user names, addresses, what the factories wrote."""
    typed = [" ".join(pair) for pair in User.objects.values_list("username", "email")]
    typed += SessionText.objects.values_list("line", flat=True)
    typed += EmergencyAccess.objects.values_list("reason", flat=True)
    typed += Leave.objects.values_list("collector_words", flat=True)
    typed += HouseFile.objects.values_list("file_name", flat=True)
    typed += Release.objects.values_list("area_name", flat=True)  # as the area was called then
    return set(WORD.findall(" ".join([*typed, *TYPED])))


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_chinese_pages_have_no_english_words(chinese_world: World, names: set[str], method: str):
    """Opened, or sent empty: then the page says what is missing."""
    found, opened = {}, 0
    for row in (row for row in pages() if row.method == method):
        for who, user in readers(row, chinese_world):
            with translation.override("zh-hans"):
                response = ask(row, user, chinese_world)
            if not response.streaming and "text/html" in response.get("Content-Type", ""):
                opened += 1
                if words := english_words(response.content.decode(), names):
                    found[f"{row.name} as {who} ({response.status_code})"] = sorted(words)

    assert opened > 20
    assert found == {}


TAGS = re.compile(
    r"\{%\s*comment\b.*?endcomment\s*%\}|\{%\s*blocktranslate\b.*?endblocktranslate\s*%\}"
    r"|\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}",
    re.S,
)


def test_no_template_says_a_word_outside_the_translation_tags():
    """Also in branches that no page of the test shows."""
    folder = messages.HOME / "templates"
    raw = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.suffix not in {".html", ".txt"} or name.startswith("ui/"):
            continue
        if words := english_words(TAGS.sub(" ", path.read_text(encoding="utf-8")), set()):
            raw[name] = sorted(words)

    assert raw == {}


def test_the_reader_hears_labels_and_skips_code_pinyin_and_other_languages():
    page = """<p class="x" aria-label="Heard">中文 word<br>more</p><code>code</code><script>let x</script>
        <span class="latin">wang xiaoyu</span><b lang="en">English text</b><img alt="Picture"><i>after</i>"""

    assert english_words(page, {"more"}) == {"Heard", "word", "Picture", "after"}


def chinese_texts() -> list[str]:
    catalogue = messages.load(messages.catalogues()[0])
    strings = [one.string if isinstance(one.string, tuple) else (one.string,) for one in catalogue if one.id]
    return [text for texts in strings for text in texts if text]


def test_no_text_stigmatises_a_child():
    assert [text for text in chinese_texts() if STIGMA.search(text)] == []


def test_every_translation_is_in_chinese():
    texts = [messages.PLACEHOLDER.sub("", text) for text in chinese_texts()]
    foreign = [text for text in texts if not CHINESE.search(text) and WORD.search(text)]

    assert set(foreign) <= {"Kiteline", "API"}


def test_chinese_sentences_have_chinese_punctuation():
    narrow = [text for text in chinese_texts() if NARROW.search(text)]

    assert narrow == []


@pytest.mark.parametrize(
    ("language", "expected"), [("zh-hans", "三年级(2)班"), ("en", "Grade 3 (2)")], ids=["Chinese", "English"]
)
def test_a_class_is_called_as_each_language_calls_it(school_class, language: str, expected: str):
    with translation.override(language):
        assert str(school_class.label) == expected
