"""Every field of every table is classified: does it say something about a person?"""

import pytest
from django.apps import apps

from sluis.conf.privacy import PRIVACY

TABLES = {model._meta.label: model for model in apps.get_models()}


@pytest.mark.parametrize("label", sorted(TABLES))
def test_every_field_is_classified_once(label):
    fields = sorted(field.name for field in TABLES[label]._meta.get_fields() if field.concrete)
    assert label in PRIVACY, "add the table to sluis.conf.privacy"
    assert sorted(PRIVACY[label].named()) == fields


def test_no_row_without_a_table():
    assert set(PRIVACY) - set(TABLES) == set()
