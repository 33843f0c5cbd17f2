"""Checks of arguments: what goes through, how the API spells it, and what the refusal tells the caller to write."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncsdk import filters as F  # noqa: N812  # the name users are told to give it
from asyncsdk._codec import arguments, body
from asyncsdk._codec.omitted import OMITTED
from asyncsdk._codec.values import Field
from asyncsdk.errors import ArgumentError, ConfigurationError

DELETED = ("exclude", "include", "only")
INCLUDE = ("streamLeaders", "externalIdentifiers")
words = st.from_regex(r"[a-z]{1,8}", fullmatch=True)


def refused(call: Callable[[], object], advice: str) -> ArgumentError:
    with pytest.raises(ArgumentError, match=advice) as caught:
        call()
    return caught.value


class TestPaths:
    @given(st.integers(1))
    def test_ids_are_digits(self, id: int) -> None:
        assert arguments.path("/api/streams/{id}:archive", id=id) == f"/api/streams/{id}:archive"

    @pytest.mark.parametrize("value", [0, -1, True, "7", 7.0, None, F.eq(7)])
    def test_anything_else_is_refused(self, value: object) -> None:
        refused(lambda: arguments.path("/api/streams/{id}", id=value), "^id: ")

    def test_a_row_in_place_of_its_id_says_so(self) -> None:
        class Row:
            id = 7

        refused(lambda: arguments.path("/api/streams/{id}", id=Row()), r"row\.id")

    def test_an_integer_of_another_library_says_to_convert_it(self) -> None:
        class Int64:
            def __index__(self) -> int:
                return 7

        refused(lambda: arguments.path("/api/streams/{id}", id=Int64()), r"write int\(value\)")
        refused(lambda: arguments.integer("project_id", Int64()), r"write int\(value\)")

    def test_a_refusal_is_a_value_error_of_ours_and_names_the_argument(self) -> None:
        error = refused(lambda: arguments.path("/x/{stream_id}", stream_id=0), "start at 1")
        assert isinstance(error, (ConfigurationError, ValueError))
        assert error.argument == "stream_id"


class TestQuery:
    @pytest.mark.parametrize(
        "check",
        [
            lambda: arguments.integer("x", None),
            lambda: arguments.integers("x", None),
            lambda: arguments.date_time("x", None),
            lambda: arguments.date("x", None),
            lambda: arguments.text("x", None),
            lambda: arguments.flag("x", None),
            lambda: arguments.choice("x", None, DELETED),
            lambda: arguments.include("x", None, INCLUDE),
            lambda: arguments.order("x", None),
        ],
    )
    def test_none_is_not_sent(self, check: Callable[[], Field]) -> None:
        assert check() is None

    def test_values_that_are_false_are_sent(self) -> None:
        assert arguments.integer("x", 0) == ("x", 0)
        assert arguments.flag("x", False) == ("x", False)
        assert arguments.text("x", "") == ("x", "")

    def test_integers_keep_their_minimum(self) -> None:
        assert arguments.integer("x", 1, minimum=1) == ("x", 1)
        refused(lambda: arguments.integer("x", 0, minimum=1), "1 or more")

    @pytest.mark.parametrize("value", [True, "7", 7.5])
    def test_an_integer_is_an_integer(self, value: object) -> None:
        refused(lambda: arguments.integer("x", value), "takes an integer")

    def test_operators_on_plain_parameters_are_refused(self) -> None:
        refused(lambda: arguments.integer("project_id", F.gte(7)), "without an operator")
        refused(lambda: arguments.integer("project_id", F.eq(7)), "write project_id=7")
        refused(lambda: arguments.integer("project_id", [7, 8]), "one call for each")
        refused(lambda: arguments.text("search", F.eq("a")), "write search='a'")
        refused(lambda: arguments.flag("is_archived", F.eq(1)), "without an operator")
        refused(lambda: arguments.choice("deleted", F.eq("only"), DELETED), "write deleted='only'")
        refused(lambda: arguments.order("order", F.eq("name")), "takes a string")

    @pytest.mark.parametrize("value", ["true", 1, 0, "yes"])
    def test_flags_are_booleans(self, value: object) -> None:
        refused(lambda: arguments.flag("is_archived", value), "True or False")

    @given(st.sampled_from(("exclude", "DAILY", "#114B5F", "not-started")), st.data())
    def test_values_take_any_case_and_are_sent_in_the_apis(self, value: str, data: st.DataObject) -> None:
        mixed = "".join(data.draw(st.sampled_from((letter.lower(), letter.upper()))) for letter in value)
        assert arguments.choice("x", mixed, ("only", value)) == ("x", value)

    @given(st.text())
    def test_other_values_are_refused_with_those_allowed(self, value: str) -> None:
        if value.casefold() not in DELETED:
            refused(lambda: arguments.choice("deleted", value, DELETED), "'exclude', 'include', 'only'")

    def test_include_takes_both_spellings(self) -> None:
        for value in ("stream_leaders", "streamLeaders", ["streamLeaders"], ("stream_leaders",)):
            assert arguments.include("include", value, INCLUDE) == ("include", "streamLeaders")
        both = arguments.include("include", ["external_identifiers", "streamLeaders"], INCLUDE)
        assert both == arguments.include("include", "externalIdentifiers, stream_leaders", INCLUDE)
        assert both == ("include", "externalIdentifiers,streamLeaders")

    @given(st.lists(words, min_size=1, max_size=4))
    def test_snake_case_and_camel_case_mean_the_same_relation(self, parts: list[str]) -> None:
        camel = parts[0] + "".join(part.capitalize() for part in parts[1:])
        assert arguments.include("include", "_".join(parts), (camel,)) == ("include", camel)
        assert arguments.include("include", camel, (camel,)) == ("include", camel)

    def test_include_checks_what_is_known_and_passes_on_what_a_dot_leads_to(self) -> None:
        assert arguments.include("include", "options.icon_set", ("options",)) == ("include", "options.iconSet")
        refused(lambda: arguments.include("include", "options.", ("options",)), "'options'")
        refused(lambda: arguments.include("include", "leaders", INCLUDE), "'streamLeaders', 'externalIdentifiers'")

    @pytest.mark.parametrize("value", ["", [], [""], "a,,b", [1], 7, {"a": 1}])
    def test_empty_or_odd_lists_are_refused(self, value: object) -> None:
        refused(lambda: arguments.include("include", value, ("a", "b")), "^include: ")
        refused(lambda: arguments.order("order", value), "^order: ")

    def test_order_keeps_fields_and_signs_in_place(self) -> None:
        assert arguments.order("order", "-created_at,+date", ("created_at", "date")) == ("order", "-created_at,date")
        assert arguments.order("order", ["name", "-sort"], ("name", "sort")) == ("order", "name,-sort")
        assert arguments.order("order", "-anything") == ("order", "-anything")

    @pytest.mark.parametrize("value", ["name,-name", ["name", "sort", "+name"], ("-name", "-name")])
    def test_a_field_is_ordered_by_once(self, value: object) -> None:
        refused(lambda: arguments.order("order", value, ("name", "sort")), "'name' twice")

    def test_a_relation_is_included_once(self) -> None:
        refused(lambda: arguments.include("include", "stream_leaders,streamLeaders", INCLUDE), "'streamLeaders' twice")

    def test_order_refuses_what_is_no_known_field(self) -> None:
        refused(lambda: arguments.order("order", "color", ("name", "sort")), "'name', 'sort'")
        refused(lambda: arguments.order("order", "--name"), "'-created_at' for descending")
        refused(lambda: arguments.order("order", "name desc"), "'-created_at' for descending")


class TestBody:
    CHECKS: tuple[Callable[..., Field], ...] = (
        body.text,
        body.integer,
        body.number,
        body.boolean,
        body.date,
        body.month,
        body.texts,
    )

    @pytest.mark.parametrize("check", CHECKS)
    def test_left_out_is_not_sent_and_none_is_null_where_the_contract_has_it(self, check: Callable[..., Field]) -> None:
        assert check("x", OMITTED) is None
        assert check("x", OMITTED, nullable=True) is None
        assert check("x", None, nullable=True) == ("x", None)
        refused(lambda: check("x", None), "leave the argument out")

    def test_omitted_is_short_to_read(self) -> None:
        assert repr(OMITTED) == "OMITTED"

    def test_values_go_through_in_their_json_form(self) -> None:
        assert body.text("x", "") == ("x", "")
        assert body.integer("x", 0) == ("x", 0)
        assert body.number("x", 1.5) == ("x", 1.5)
        assert body.boolean("x", False) == ("x", False)
        assert body.date("x", dt.date(2026, 5, 1)) == body.date("x", "2026-05-01") == ("x", "2026-05-01")
        assert body.month("x", dt.date(2026, 5, 17)) == body.month("x", "2026-05") == ("x", "2026-05")
        assert body.choice("x", "daily", ("DAILY", "WEEKLY")) == ("x", "DAILY")
        assert body.texts("x", ("a", "b")) == ("x", ["a", "b"])

    @pytest.mark.parametrize(
        ("call", "advice"),
        [
            (lambda: body.text("x", 5), "takes a string"),
            (lambda: body.text("x", "abc", max_length=2), "at most 2 characters, this has 3"),
            (lambda: body.integer("x", True), "takes an integer"),
            (lambda: body.integer("x", 1.0), "takes an integer"),
            (lambda: body.integer("x", 0, minimum=1, maximum=8), "1 or more"),
            (lambda: body.integer("x", 9, minimum=1, maximum=8), "8 or less"),
            (lambda: body.number("x", "1.5"), "takes a number"),
            (lambda: body.number("x", True), "takes a number"),
            (lambda: body.number("x", math.nan), "finite"),
            (lambda: body.number("x", -math.inf), "finite"),
            (lambda: body.number("x", 101, maximum=100), "100 or less"),
            (lambda: body.boolean("x", 1), "True or False"),
            (lambda: body.date("x", dt.datetime(2026, 5, 1, tzinfo=dt.UTC)), r"\.date\(\)"),
            (lambda: body.date("x", "1.5.2026"), "'2026-05-31'"),
            (lambda: body.date("x", F.gte("2026-05-01")), "for lists"),
            (lambda: body.month("x", "2026-13"), "YYYY-MM"),
            (lambda: body.month("x", "2026-05-01"), "YYYY-MM"),
            (lambda: body.choice("x", "hourly", ("DAILY", "WEEKLY")), "'DAILY', 'WEEKLY'"),
            (lambda: body.texts("x", "abc"), r"\['abc'\]"),
            (lambda: body.texts("x", ["a", 1]), "takes strings"),
        ],
    )
    def test_what_is_refused_says_what_to_write(self, call: Callable[[], object], advice: str) -> None:
        refused(call, advice)

    def test_values_by_id_become_fields(self) -> None:
        assert body.numbered("metadata", {13: "x", 14: None}, "metadata_") == [
            ("metadata_13", "x"),
            ("metadata_14", None),
        ]
        assert body.numbered("metadata", OMITTED, "metadata_") == []

    @pytest.mark.parametrize("value", [None, "x", [1], {"13": "x"}, {0: "x"}, {True: "x"}, {13: math.nan}])
    def test_values_by_id_are_a_mapping_of_ids_to_json(self, value: object) -> None:
        refused(lambda: body.numbered("metadata", value, "metadata_"), "^metadata")

    def test_open_bodies_take_any_json(self) -> None:
        fields = {"employee_id": 3, "days": [{"date": "2026-05-01", "hours": 1.5}], "note": None}
        assert dict(entry for entry in body.open_fields("fields", fields) if entry) == fields

    @pytest.mark.parametrize(
        ("value", "advice"),
        [
            (None, "takes a mapping"),
            ({1: 2}, "field names"),
            ({"a": dt.date(2026, 5, 1)}, r"fields\['a'\].*isoformat"),
            ({"a": [math.inf]}, r"fields\['a'\]\[0\].*finite"),
            ({"a": {"b": {3}}}, r"fields\['a'\]\['b'\].*not JSON"),
            ({"a": OMITTED}, "leave the key out"),
            ({"a": {3: 4}}, "keys are strings"),
        ],
    )
    def test_open_bodies_name_the_place_of_what_is_not_json(self, value: object, advice: str) -> None:
        refused(lambda: body.open_fields("fields", value), advice)
