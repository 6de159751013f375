"""The translations, without GNU gettext: `scripts/messages.py extract|compile|check`.

`extract` brings locale/*/LC_MESSAGES/django.po up to what the code says and keeps what is translated.
`compile` writes the .mo files the program reads. `check` names every message a reader would miss.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po, write_po

HOME = Path(__file__).resolve().parent.parent
SKIPPED = {".venv", "node_modules", "var", "tests", "bench", "scripts", "docs", "static", "locale"}

# How many leading arguments of each function are texts, and whether the first of them is the context.
FUNCTIONS = {
    "gettext": (1, False),
    "gettext_noop": (1, False),
    "ngettext": (2, False),
    "pgettext": (2, True),
    "npgettext": (3, True),
}
ALIASES = {"_": "gettext", "N_": "gettext"}  # names our modules may define for themselves

HEADER = """\
# Kiteline's words. Written by `scripts/messages.py extract`; the translations are made by people.
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural_forms}\\n"

"""

TEXT = r"""u?(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')"""
CALL = re.compile(rf"(?<![\w.])(npgettext|pgettext|ngettext|gettext|_)\(\s*({TEXT}(?:\s*,\s*{TEXT})*)", re.S)
PLACEHOLDER = re.compile(r"%\(\w+\)[sdif]|%[sd]|\{\w*\}")


class Unreadable(Exception):
    """A message that no tool can read, with its file and line."""


@dataclass
class Found:
    """One message and the files that say it."""

    context: str | None
    singular: str
    plural: str | None = None
    files: set[str] = field(default_factory=set)

    @property
    def key(self) -> tuple[str | None, str]:
        return self.context, self.singular

    @property
    def id(self) -> str | tuple[str, str]:
        return (self.singular, self.plural) if self.plural else self.singular


def from_call(function: str, texts: list[str]) -> Found:
    """A message from the texts of one gettext call."""
    context = texts.pop(0) if FUNCTIONS[function][1] else None
    return Found(context, *texts)


def from_template(source: str, name: str) -> Iterator[Found]:
    """Messages of a Django template, through Django's own reading of its tags."""
    from django.utils.translation.template import templatize

    try:
        calls = templatize(source, origin=name)
    except SyntaxError as error:
        raise Unreadable(str(error)) from None
    for function, texts in CALL.findall(calls):
        yield from_call(ALIASES.get(function, function), list(ast.literal_eval(f"({texts},)")))


def from_python(source: str, name: str) -> Iterator[Found]:
    """Messages of a Python file: calls of what it imports from django.utils.translation, by any name."""
    tree = ast.parse(source, name)
    known = ALIASES | {function: function for function in FUNCTIONS}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            known |= {one.asname or one.name: one.name.removesuffix("_lazy") for one in node.names}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = getattr(node.func, "id", getattr(node.func, "attr", "")).removesuffix("_lazy")
        function = known.get(getattr(node.func, "id", called), "")
        if function in FUNCTIONS and (message := from_python_call(function, node, name)):
            yield message


def from_python_call(function: str, node: ast.Call, name: str) -> Found | None:
    """The message of one call; a text that is put together on the way can't be translated."""
    texts = node.args[: FUNCTIONS[function][0]]
    if any(isinstance(text, ast.JoinedStr | ast.BinOp) for text in texts):
        raise Unreadable(f"{name}:{node.lineno}: a message must be one plain text; put values in afterwards.")
    if len(texts) < FUNCTIONS[function][0] or not all(is_text(text) for text in texts):
        return None  # a variable: its text is marked where it stands
    return from_call(function, [text.value for text in texts])  # type: ignore[attr-defined]


def is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(node.value)


def sources(home: Path = HOME) -> Iterator[Path]:
    for folder in sorted(home.iterdir()):
        if folder.is_dir() and folder.name not in SKIPPED and not folder.name.startswith("."):
            for path in sorted(folder.rglob("*")):
                if path.suffix in {".py", ".html", ".txt"} and "migrations" not in path.parts:
                    yield path


def collect(home: Path = HOME) -> dict[tuple[str | None, str], Found]:
    """Every message of the program, in an order that moving lines does not change."""
    messages: dict[tuple[str | None, str], Found] = {}
    for path in sources(home):
        name = path.relative_to(home).as_posix()
        read = from_python if path.suffix == ".py" else from_template
        for message in read(path.read_text(encoding="utf-8"), name):
            known = messages.setdefault(message.key, message)
            known.files.add(name)
            known.plural = known.plural or message.plural
    return dict(sorted(messages.items(), key=lambda item: (min(item[1].files), item[0][1], item[0][0] or "")))


def catalogues(home: Path = HOME) -> list[Path]:
    return sorted(home.glob("locale/*/LC_MESSAGES/django.po"))


def language_of(path: Path) -> str:
    return path.parent.parent.name


def load(path: Path) -> Catalog:
    try:
        with path.open("rb") as file:
            return read_po(file, locale=language_of(path), abort_invalid=True)
    except PoFileError as error:
        raise Unreadable(f"{path}: {error}") from None


def merge(old: Catalog, messages: dict[tuple[str | None, str], Found], language: str) -> Catalog:
    """The messages of today with the translations of yesterday; nothing is guessed."""
    new = Catalog(locale=language)
    for found in messages.values():
        known = old.get(found.singular, found.context)
        text = known.string if known else ""
        if found.plural:
            kept = text if isinstance(text, tuple) else (text,)
            text = tuple((*kept, *[""] * new.num_plurals)[: new.num_plurals])
        elif isinstance(text, tuple):
            text = text[0]
        new.add(
            found.id,
            text,
            locations=[(file, 1) for file in sorted(found.files)],
            context=found.context,
            user_comments=known.user_comments if known else (),
        )
    return new


def save(catalogue: Catalog, path: Path) -> None:
    """A .po file whose differences are differences of words: no dates, no line numbers, no flags."""
    for message in catalogue:
        message.flags.clear()
    header = HEADER.format(language=language_of(path), plural_forms=catalogue.plural_forms)
    with path.open("wb") as file:
        file.write(header.encode())
        write_po(file, catalogue, omit_header=True, include_lineno=False, width=110)


def extract(home: Path = HOME) -> int:
    messages = collect(home)
    for path in catalogues(home):
        catalogue = merge(load(path), messages, language_of(path))
        save(catalogue, path)
        left = sum(1 for message in catalogue if message.id and not is_translated(message))
        print(f"{language_of(path)}: {len(catalogue)} messages, {left} to translate")
    return 0


def compile_all(home: Path = HOME) -> int:
    for path in catalogues(home):
        with path.with_suffix(".mo").open("wb") as file:
            write_mo(file, load(path))
    return 0


def is_translated(message: Message) -> bool:
    texts = message.string if isinstance(message.string, tuple) else (message.string,)
    return bool(texts) and all(texts)


def placeholders(text: str) -> list[str]:
    """What is filled in, whatever the order; one that is named twice counts once."""
    found = PLACEHOLDER.findall(text.replace("%%", ""))
    return sorted({one for one in found if one not in ("%s", "%d", "{}")}) + sorted(
        one for one in found if one in ("%s", "%d", "{}")
    )


def faults(message: Message, num_plurals: int) -> Iterator[str]:
    """What is wrong with one translated message."""
    originals = message.id if isinstance(message.id, tuple) else (message.id,)
    texts = message.string if isinstance(message.string, tuple) else (message.string,)
    if isinstance(message.id, tuple) != isinstance(message.string, tuple) or (
        isinstance(message.id, tuple) and len(texts) != num_plurals
    ):
        yield f"needs {num_plurals} plural form(s)"
    if message.fuzzy:
        yield "is marked fuzzy"
    allowed = [placeholders(original) for original in originals]
    for text in texts:
        if text and placeholders(text) not in allowed:
            yield f"fills in {placeholders(text)}, the source {allowed[-1]}"
        if text and (text.startswith("\n") != originals[0].startswith("\n")):
            yield "begins with a line break in one language only"


def findings(catalogue: Catalog, messages: dict[tuple[str | None, str], Found]) -> Iterator[str]:
    """One line for every message that a reader would miss or see wrongly."""
    known = {}
    for message in catalogue:
        if message.id:
            singular = message.id[0] if isinstance(message.id, tuple) else message.id
            known[message.context, singular] = message
    for key, found in messages.items():
        message = known.pop(key, None)
        where = f"{min(found.files)}: {found.singular!r}"
        if message is None or not is_translated(message):
            yield f"{where} has no translation"
        elif isinstance(message.id, tuple) != bool(found.plural):
            yield f"{where} has a plural in one place only; run `scripts/messages.py extract`"
        else:
            yield from (f"{where} {fault}" for fault in faults(message, catalogue.num_plurals))
    for _context, singular in [*known, *((None, str(one)) for one in catalogue.obsolete)]:
        yield f"{singular!r} is in no source file any more; run `scripts/messages.py extract`"


def check(home: Path = HOME) -> int:
    messages = collect(home)
    failed = False
    for path in catalogues(home):
        for line in findings(load(path), messages):
            failed = True
            print(f"{language_of(path)}: {line}")
    return 1 if failed else 0


COMMANDS = {"extract": extract, "compile": compile_all, "check": check}

if __name__ == "__main__":
    command = COMMANDS.get(sys.argv[1] if len(sys.argv) == 2 else "")
    if command is None:
        sys.exit(f"Usage: messages.py {'|'.join(COMMANDS)}")
    try:
        sys.exit(command())
    except (Unreadable, SyntaxError) as error:
        sys.exit(str(error))
