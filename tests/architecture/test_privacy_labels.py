"""Every field of every model of ours says how private it is (core/privacy.py)."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import models

from core.privacy import Label
from tests.architecture.code import APPS

MODELS = [model for model in apps.get_models() if model.__module__.split(".")[0] in APPS]
PEOPLE = [model for model in MODELS if model.__name__ in {"User", "Student", "Person", "Invitation"}]
TELLING = {"name", "former_name", "phone", "email", "address", "identity_number", "national_number"}


def own_fields(model: type[models.Model]) -> set[str]:
    return {field.name for field in model._meta.get_fields() if field.concrete and not field.auto_created}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_field_has_a_privacy_label(model):
    labels = getattr(model, "PRIVACY", {})

    assert own_fields(model) - set(labels) == set(), "without a label"
    assert set(labels) - own_fields(model) - {"id"} == set(), "labelled, but no such field"
    assert all(isinstance(label, Label) for label in labels.values())


def public_fields(model: type[models.Model]) -> set[str]:
    return {name for name, label in model.PRIVACY.items() if label is Label.PUBLIC}


@pytest.mark.parametrize("model", PEOPLE, ids=lambda model: model._meta.label)
def test_names_numbers_and_addresses_of_people_are_never_public(model):
    assert TELLING & own_fields(model) != set()
    assert TELLING & public_fields(model) == set()


def test_long_texts_about_talks_are_sensitive():
    open_texts = [
        f"{model._meta.label}.{field.name}"
        for model in MODELS
        if model._meta.app_label == "counselling"
        for field in model._meta.get_fields()
        if isinstance(field, models.TextField) and model.PRIVACY[field.name] is not Label.SENSITIVE
    ]

    assert open_texts == []
