"""Addresses of our own follow the installation; what people wrote and what is decided does not."""

import copy
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluis.release import addresses

STORED = {
    "uri": "/id/dataset/palen",
    "page": "/datasets/palen",
    "document": "/doc/dataset/palen",
    "slug": "palen",
    "metadata": {"page": "/blijft", "contact": {"uri": "/blijft"}, "title": "/titel"},
    "withdrawal": {"reason": "/blijft"},
    "decision": {"uri": "/id/dataset/palen/releases/1#decision", "motivation": "/blijft"},
    "release": {
        "uri": "/id/dataset/palen/releases/1",
        "files": [{"url": "/api/v1/x", "access_url": "/datasets/palen"}],
    },
    "api": {"endpoint_url": "/api/v1/datasets/palen/rows", "description_url": "https://elders.example/openapi"},
}


@pytest.mark.parametrize("base", ["http://127.0.0.1:8126", "https://data.merwede.example"])
def test_a_document_stands_under_the_address_of_the_installation(settings, base):
    settings.SLUIS = replace(settings.SLUIS, base_url=base)
    before = copy.deepcopy(STORED)
    whole = addresses.completed(STORED)
    assert before == STORED
    assert whole["uri"] == f"{base}/id/dataset/palen"
    assert whole["release"]["files"] == [{"url": f"{base}/api/v1/x", "access_url": f"{base}/datasets/palen"}]
    assert whole["decision"] == {"uri": f"{base}/id/dataset/palen/releases/1#decision", "motivation": "/blijft"}
    assert whole["api"]["description_url"] == "https://elders.example/openapi"
    assert (whole["metadata"], whole["withdrawal"], whole["slug"]) == (
        STORED["metadata"],
        STORED["withdrawal"],
        "palen",
    )


@given(st.sampled_from([addresses.identifier, addresses.page, addresses.document, addresses.api]), st.from_regex(r"[a-z0-9-]{1,40}", fullmatch=True))  # fmt: skip  # noqa: E501
def test_every_path_becomes_whole_once(make, slug):
    whole = addresses.absolute(make(slug))
    assert whole == addresses.base() + make(slug)
    assert addresses.absolute(whole) == whole
