"""Extraction, merging, compiling and checking of messages, on a small project in a folder."""

from __future__ import annotations

import gettext
from pathlib import Path

import pytest

from scripts import messages

PYTHON = """
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _, ngettext_lazy, npgettext, pgettext_lazy
from django.utils import translation

def N_(text):
    return text

for pk, _other in []:
    pass
A = _("Name")
B = ngettext_lazy("%(n)d pupil", "%(n)d pupils", "n")
C = pgettext_lazy("colour", "Teal")
D = npgettext("bed", "%d free", "%d free ones", 3)
E = N_("Marked "
       "here")
F = _now("At once")
G = translation.gettext("By its module")
H = _(A)
"""

TEMPLATE = """
{% load i18n %}{# _("not this") #}
<h1>{% translate "Today" %}</h1> plain "text" _("nor this")
{% trans 'Old tag' as old %}
{% translate "May" context "month" %}
{% include "x.html" with title=_("A title") text=_("A text") %}
{{ name|default:_("nobody") }} {{ _("In a variable") }}
{% blocktranslate trimmed with name=who %}
  Hello
  {{ name }}, 100 %
{% endblocktranslate %}
{% blocktranslate count n=number asvar text %}{{ n }} talk{% plural %}{{ n }} talks{% endblocktranslate %}
{% blocktranslate context "verb" %}Call{% endblocktranslate %}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one Python file, one template and an empty Chinese catalogue."""
    (tmp_path / "app").mkdir()
    (tmp_path / "templates").mkdir()
    (tmp_path / "tests").mkdir()
    (tmp_path / "app" / "words.py").write_text(PYTHON, encoding="utf-8")
    (tmp_path / "templates" / "page.html").write_text(TEMPLATE, encoding="utf-8")
    (tmp_path / "tests" / "words.py").write_text('_("Only in tests")', encoding="utf-8")
    folder = tmp_path / "locale" / "zh_Hans" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n')
    return tmp_path


def catalogue(project: Path) -> Path:
    return project / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"


def write_entries(project: Path, *entries: str) -> None:
    header = messages.HEADER.format(language="zh_Hans", plural_forms="nplurals=1; plural=0;")
    catalogue(project).write_text(header + "\n\n".join(entries) + "\n", encoding="utf-8")


def only_source(project: Path, python: str) -> None:
    (project / "templates" / "page.html").unlink()
    imports = "from django.utils.translation import gettext as _, ngettext\n"
    (project / "app" / "words.py").write_text(imports + python, encoding="utf-8")


def test_python_messages_are_found_by_any_imported_name():
    found = {m.key: m.plural for m in messages.from_python(PYTHON, "words.py")}

    assert found == {
        (None, "Name"): None,
        (None, "%(n)d pupil"): "%(n)d pupils",
        ("colour", "Teal"): None,
        ("bed", "%d free"): "%d free ones",
        (None, "Marked here"): None,
        (None, "At once"): None,
        (None, "By its module"): None,
    }


def test_template_messages_are_found_as_django_looks_them_up():
    found = {m.key: m.plural for m in messages.from_template(TEMPLATE, "page.html")}

    assert found == {
        (None, "Today"): None,
        (None, "Old tag"): None,
        ("month", "May"): None,
        (None, "A title"): None,
        (None, "A text"): None,
        (None, "nobody"): None,
        (None, "In a variable"): None,
        (None, "Hello %(name)s, 100 %%"): None,
        (None, "%(n)s talk"): "%(n)s talks",
        ("verb", "Call"): None,
    }


def test_a_message_put_together_on_the_way_is_refused_with_its_line():
    source = 'from django.utils.translation import gettext as _\nx = _(f"Hello {1}")\n'

    with pytest.raises(messages.Unreadable, match=r"words\.py:2"):
        list(messages.from_python(source, "words.py"))


def test_extract_keeps_translations_drops_the_gone_and_changes_nothing_twice(project):
    write_entries(project, 'msgid "Name"\nmsgstr "姓名"', 'msgid "Gone"\nmsgstr "没了"')

    messages.extract(project)
    first = catalogue(project).read_text(encoding="utf-8")
    messages.extract(project)

    assert 'msgid "Name"\nmsgstr "姓名"' in first
    assert "Gone" not in first
    assert "Only in tests" not in first
    assert catalogue(project).read_text(encoding="utf-8") == first


def test_moving_lines_does_not_change_the_catalogue(project):
    messages.extract(project)
    before = catalogue(project).read_text(encoding="utf-8")

    (project / "app" / "words.py").write_text("\n\n\n" + PYTHON, encoding="utf-8")
    messages.extract(project)

    assert catalogue(project).read_text(encoding="utf-8") == before


def test_compiled_messages_are_read_by_gettext(project):
    write_entries(
        project,
        'msgid "Name"\nmsgstr "姓名"',
        'msgctxt "bed"\nmsgid "%d free"\nmsgid_plural "%d free ones"\nmsgstr[0] "空床%d张"',
    )

    messages.compile_all(project)

    with catalogue(project).with_suffix(".mo").open("rb") as file:
        chinese = gettext.GNUTranslations(file)
    assert chinese.gettext("Name") == "姓名"
    assert chinese.npgettext("bed", "%d free", "%d free ones", 2) % 2 == "空床2张"


def test_a_complete_catalogue_passes(project, capsys):
    only_source(project, 'A = _("Hi {x} %(n)s")\nB = ngettext("%(n)d pupil", "%(n)d pupils", 2)\n')
    write_entries(
        project,
        'msgid "Hi {x} %(n)s"\nmsgstr "%(n)s,您好 {x}"',
        'msgid "%(n)d pupil"\nmsgid_plural "%(n)d pupils"\nmsgstr[0] "%(n)d名学生"',
    )

    assert messages.check(project) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [
        ("", "'Hi %(n)s' has no translation"),
        ('msgid "Hi %(n)s"\nmsgstr ""', "has no translation"),
        ('#, fuzzy\nmsgid "Hi %(n)s"\nmsgstr "%(n)s,您好"', "fuzzy"),
        ('msgid "Hi %(n)s"\nmsgstr "您好"', "fills in"),
        ('msgid "Hi %(n)s"\nmsgstr "您好 %(m)s"', "fills in"),
        ('msgid "Hi %(n)s"\nmsgid_plural "Hi %(n)s"\nmsgstr[0] "%(n)s好"', "plural"),
        ('msgid "Hi %(n)s"\nmsgstr "%(n)s好"\n\nmsgid "Gone"\nmsgstr "没了"', "'Gone' is in no source file"),
        ('msgid "Hi %(n)s"\nmsgstr "%(n)s好"\n\n#~ msgid "Gone"\n#~ msgstr "没了"', "'Gone' is in no source"),
    ],
)
def test_each_fault_is_named(project, capsys, entry, complaint):
    only_source(project, 'A = _("Hi %(n)s")\n')
    write_entries(project, entry)

    assert messages.check(project) == 1
    assert complaint in capsys.readouterr().out


def test_a_catalogue_with_too_many_plural_forms_is_refused(project):
    only_source(project, 'A = ngettext("%(n)d pupil", "%(n)d pupils", 2)\n')
    entry = 'msgid "%(n)d pupil"\nmsgid_plural "%(n)d pupils"\nmsgstr[0] "%(n)d名"\nmsgstr[1] "%(n)d名们"'
    write_entries(project, entry)

    with pytest.raises(messages.Unreadable, match="translations"):
        messages.check(project)
