"""Twins: rows of a model of which anything but the id may be missing, and which are otherwise read as the model's."""

from __future__ import annotations

import attrs
import pytest

from asyncsdk._catalog import listings
from asyncsdk._codec.decode import page_decoder, split_page
from asyncsdk._lists.identity import identity_of
from asyncsdk.extract.shape import twin
from asyncsdk.models.production_plan_streams import ProductionPlanStream
from tests.extract.stored import Thing


@pytest.mark.parametrize("name", listings())
def test_every_list_has_a_twin_that_needs_no_more_than_an_id(name: str) -> None:
    model = listings()[name].model
    (row,) = page_decoder(twin(model))(b'[{"id": 7}]')
    assert row.id == 7
    assert [field.name for field in attrs.fields(type(row))] == [field.name for field in attrs.fields(model)]
    assert identity_of(twin(model)).keys([row]) == [7]


def test_a_twin_is_as_lenient_and_as_strict_as_its_model() -> None:
    page = (
        b'[{"id": 1, "value": "12.5"}, {"id": 2, "value": "much"}, {"id": 3, "value": 1, "deleted_at": "2024-03-01"}]'
    )
    rows, rejects = split_page(twin(ProductionPlanStream), page)
    assert [(row.id, row.value) for row in rows] == [(1, 12.5)]
    assert [(reject.id, reject.error.path) for reject in rejects] == [(2, "$[1].value"), (3, "$[2].deleted_at")]


def test_a_twin_knows_the_keys_of_the_wire() -> None:
    (row,) = page_decoder(twin(Thing))(
        b'[{"id": 1, "from": "Mon", "metadata_13": "x", "tags": ["a"], "owner": {"id": 2}}]'
    )
    assert (row.from_, row.metadata, row.tags, row.owner.id) == ("Mon", {13: "x"}, ("a",), 2)
    (bare,) = page_decoder(twin(Thing))(b'[{"id": 1}]')
    assert bare.metadata == {}
    assert bare != row
