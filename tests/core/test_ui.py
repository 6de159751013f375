"""The components: what they show, what they escape, and that each stands on /ui/."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.conf import settings
from django.contrib.messages.storage.base import Message
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.test.signals import template_rendered
from django.utils import translation

from core.faces import FACES
from core.pagination import Page
from core.templatetags import ui

COMPONENTS = Path(settings.BASE_DIR) / "templates" / "components"
NOT_ON_A_PAGE_OF_ITS_OWN = {
    "toasts_oob.html",  # only inside an htmx answer: test_htmx.py
    "sky.html",  # sign-in and error pages
}


class TalkForm(forms.Form):
    line = forms.CharField(label="One line", help_text="What was said", max_length=20, widget=forms.Textarea)
    phone = forms.CharField(label="Telephone", required=False)
    topics = forms.MultipleChoiceField(
        label="Topics", choices=[("home", "Home"), ("sleep", "Sleep")], widget=forms.CheckboxSelectMultiple
    )
    mood = forms.ChoiceField(
        label="Mood",
        choices=[(key, face.label) for key, face in FACES.items()],
        widget=forms.RadioSelect,
        required=False,
    )


def render(source: str, **context: Any) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


# --- the gallery ----------------------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/ui/", "/ui/child/", "/ui/dialog/", "/ui/paper/"])
@pytest.mark.parametrize(("language", "tag"), [("en", "en"), ("zh-hans", "zh-Hans")])
def test_the_gallery_speaks_both_languages(client: Client, path: str, language: str, tag: str) -> None:
    page = client.get(path, {"lang": language, "theme": "dark"})

    assert page.status_code == 200
    assert f'<html lang="{tag}"' in page.content.decode()


@pytest.mark.django_db
def test_every_component_is_shown_in_the_gallery(client: Client) -> None:
    shown: set[str] = set()

    def note(template: Template, **_kwargs: Any) -> None:
        shown.add(str(template.name))

    template_rendered.connect(note)
    try:
        for path in ("/ui/?toasts", "/ui/child/", "/ui/dialog/", "/ui/paper/"):
            client.get(path)
    finally:
        template_rendered.disconnect(note)

    missing = {file.name for file in COMPONENTS.glob("*.html")} - {name.rpartition("/")[2] for name in shown}
    assert missing <= NOT_ON_A_PAGE_OF_ITS_OWN


@pytest.mark.django_db
def test_a_theme_nobody_knows_is_the_device_s_own(client: Client) -> None:
    page = client.get("/ui/", {"theme": '"><script>', "lang": "xx"})

    assert 'data-bs-theme="auto"' in page.content.decode()


# --- fields ---------------------------------------------------------------------------------------
def test_a_field_ties_label_help_and_input_together() -> None:
    html = render("{% field form.line %}", form=TalkForm())

    assert '<label class="form-label" for="id_line">One line' in html
    assert 'id="id_line_helptext"' in html
    assert 'aria-describedby="id_line_helptext"' in html
    assert "aria-invalid" not in html


def test_a_refused_field_says_why_beside_itself_and_keeps_what_was_typed() -> None:
    html = render("{% field form.line %}", form=TalkForm({"line": "x" * 30}))

    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_line_helptext id_line_error"' in html
    assert 'id="id_line_error"' in html
    assert "x" * 30 in html


def test_a_text_with_a_limit_shows_a_counter() -> None:
    html = render("{% field form.line %}", form=TalkForm({"line": "四个汉字"}))

    assert 'id="id_line_count"><span>4</span> / 20' in html


def test_an_optional_field_says_so() -> None:
    assert "(optional)" in render("{% field form.phone %}", form=TalkForm())
    assert "(optional)" not in render("{% field form.line %}", form=TalkForm())


def test_a_choice_of_several_becomes_chips_with_colour_and_guidance() -> None:
    html = render(
        "{% field form.topics colours=colours guides=guides %}",
        form=TalkForm({"topics": ["home"]}),
        colours={"home": "plum"},
        guides={"home": "Ask who is at home."},
    )

    assert '<fieldset class="field" id="id_topics"' in html
    assert 'data-colour="plum"' in html
    assert 'aria-describedby="id_topics_0_guide"' in html
    assert "Ask who is at home." in html
    assert html.count(" checked") == 1


def test_the_mood_is_five_faces_with_words_and_no_empty_choice() -> None:
    html = render('{% field form.mood kind="faces" %}', form=TalkForm({"mood": "2"}))

    assert html.count("<svg") == 5
    assert html.count('type="radio"') == 5
    assert html.count(" checked") == 1
    assert "Very low" in html


def test_extra_arguments_reach_the_input() -> None:
    assert 'hx-get="/find"' in render('{% field form.phone hx_get="/find" %}', form=TalkForm())


def test_the_summary_links_to_each_refused_field() -> None:
    form = TalkForm({})
    form.add_error(None, "Not now")

    html = render("{% form_errors form %}", form=form)

    assert "2 entries need another look" in html
    assert 'href="#id_line"' in html
    assert 'href="#id_topics"' in html
    assert "Not now" in html


def test_a_good_form_has_no_summary() -> None:
    assert render("{% form_errors form %}", form=TalkForm()).strip() == ""


# --- text from outside is escaped everywhere -----------------------------------------------------
@pytest.mark.parametrize(
    "source",
    [
        "{% button evil href=evil %}",
        "{% badge evil %}",
        "{% avatar evil photo=evil %}",
        "{% card title=evil %}{{ evil }}{% endcard %}",
        "{% section title=evil %}{{ evil }}{% endsection %}",
        "{% page_head title=evil lead=evil %}{{ evil }}{% endpage_head %}",
        "{% alert title=evil %}{{ evil }}{% endalert %}",
        "{% empty title=evil text=evil %}{{ evil }}{% endempty %}",
        "{% person_header name=evil pinyin=evil items=items tags=tags %}{{ evil }}{% endperson_header %}",
        "{% timeline_entry title=evil at=at author=evil label=evil %}{{ evil }}{% endtimeline_entry %}",
        "{% tile evil evil href=evil note=evil %}",
        "{% facts pairs %}",
        "{% tabs tabs %}",
        "{% progress 1 2 evil %}",
        "{% letter_tags tags %}",
        "{% data_table caption=evil %}{{ evil }}{% enddata_table %}",
    ],
)
def test_no_component_lets_markup_through(source: str) -> None:
    evil = "\"><script>alert('x')</script>"

    html = render(
        source,
        evil=evil,
        at=date(2026, 11, 22),
        items=[evil],
        pairs=[(evil, evil)],
        tags=[{"letter": evil, "title": evil, "colour": evil}],
        tabs=[{"label": evil, "url": evil, "current": True, "count": evil}],
    )

    assert "<script" not in html
    assert "&lt;script&gt;" in html or "%3Cscript" in html


# --- people ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("李小雨", "小雨"),
        ("欧阳明轩", "明轩"),
        ("李雨", "雨"),
        ("Li Wei", "LW"),
        ("Ana Maria Lopez", "AL"),
        ("  ", "?"),
    ],
)
def test_initials_are_the_given_name(name: str, shown: str) -> None:
    assert ui.initials(name) == shown


def test_at_most_four_letters_stand_beside_a_name() -> None:
    tags = [{"letter": letter, "title": f"Meaning of {letter}", "colour": "sky"} for letter in "ABCDEF"]

    html = render("{% letter_tags tags %}", tags=tags)

    assert html.count('class="letter-tag"') == 4
    assert "Meaning of D" in html
    assert "Meaning of E" not in html


# --- time and numbers -----------------------------------------------------------------------------
MOMENT = datetime(2025, 3, 2, 6, 5, tzinfo=UTC)  # 14:05 in Shanghai


@pytest.mark.parametrize(
    ("language", "style", "shown"),
    [
        ("en", "", "2 Mar 2025 14:05"),
        ("zh-hans", "", "2025年3月2日 14:05"),
        ("zh-hans", "day", "2025年3月2日"),
        ("en", "month", "March 2025"),
        ("zh-hans", "month", "2025年3月"),
    ],
)
def test_a_moment_is_written_as_the_language_writes_it(language: str, style: str, shown: str) -> None:
    with translation.override(language):
        html = ui.when(MOMENT, style)

    assert f">{shown}</time>" in html
    assert 'datetime="2025-03-02T14:05:00+08:00"' in html


def test_the_year_is_left_out_in_its_own_year() -> None:
    this_year = date.today().replace(month=1, day=5)

    with translation.override("zh-hans"):
        assert ">1月5日</time>" in ui.when(this_year)


def test_no_moment_shows_nothing() -> None:
    assert ui.when(None) == ""
    assert ui.days(None) == "—"


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "today"), (1, "yesterday"), (-1, "tomorrow"), (3, "3 days ago"), (-2, "in 2 days")],
)
def test_days_back_and_ahead_in_words(number: int, words: str) -> None:
    assert ui.ago(number) == words


def test_not_collected_is_a_value_of_its_own() -> None:
    html = render("{% facts pairs %}", pairs=[("Mother", None), ("Siblings", 0)])

    assert "Not collected" in html
    assert "<dd>0</dd>" in html


def test_paging_keeps_the_other_filters() -> None:
    page: Page[Any] = Page(rows=[], next_cursor="f7", previous_cursor=None)
    request = RequestFactory().get("/children/", {"class": "32", "cursor": "f3"})

    html = render("{% pager page %}", page=page, request=request)

    assert 'href="?class=32&amp;cursor=f7"' in html
    assert 'rel="prev"' not in html


# --- buttons and toasts ---------------------------------------------------------------------------
def test_a_link_for_the_dialog_stays_a_link_without_javascript() -> None:
    html = render('{% button "Talk" href="/talk/" dialog=True %}')

    assert '<a class="btn btn-secondary" href="/talk/" hx-get="/talk/" hx-target="#dialog-body">' in html


def test_a_button_without_an_address_submits() -> None:
    html = render('{% button "Save" kind="primary" name="next" value="1" disabled=True %}')

    assert '<button type="submit" class="btn btn-primary" name="next" value="1" disabled>' in html


def test_a_message_with_a_way_back_offers_it_for_ten_seconds() -> None:
    message = Message(25, "Saved", extra_tags="undo:/talks/1/undo/")

    html = render('{% include "components/toast.html" %}', message=message, csrf_token="x")

    assert 'action="/talks/1/undo/"' in html
    assert 'data-undo="10"' in html


def test_a_message_of_failure_stays_until_it_is_closed() -> None:
    html = render('{% include "components/toast.html" %}', message=Message(40, "Not sent"))

    assert "data-stay" in html
