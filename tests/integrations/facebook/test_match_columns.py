"""The fast path that sends is held to the readable reference, whatever texts people have."""

import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import people as crowd
from integrations.facebook import fields, match_columns, match_dates
from integrations.facebook.match_columns import Columns, Memo
from integrations.facebook.match_fields import cell, hashed
from integrations.facebook.users import rows_of
from integrations.partner import Person
from tests.integrations.facebook.test_match_fields import american_numbers, anything, countries, telling
from tests.often import often

WANTED = fields.keys(list(fields.FIELDS))
COLUMNS = list(dict.fromkeys(column for _, column in WANTED))
local_numbers = st.from_regex(r"0[1-9][0-9]{4,11}", fullmatch=True)
dates = st.dates(datetime.date(1850, 1, 1), datetime.date(2100, 1, 1)).map(str)
raws = st.one_of(telling, anything, american_numbers, local_numbers, dates, st.just(""))
anywhere = st.one_of(countries, st.sampled_from(["de", "United States", "fr", "BR", "IL", "uy", "PR"]))
persons = st.fixed_dictionaries(dict.fromkeys(COLUMNS, raws) | {"country": anywhere})
KEPT = Columns(hashed)
"""Through all examples, as it is through all batches."""


def transposed(people: list[dict]) -> dict[str, list[str]]:
    return {column: [person[column] for person in people] for column in COLUMNS}


def expected(people: list[dict]) -> list[tuple]:
    return [tuple(cell(key, person[column], person["country"]) for key, column in WANTED) for person in people]


@pytest.fixture
def forgetful(monkeypatch):
    """Memos that are full after three values."""
    monkeypatch.setattr(match_columns, "GENERATION", 3)


@settings(max_examples=often(400))
@given(st.sampled_from(WANTED), st.lists(st.tuples(raws, anywhere), max_size=8))
def test_a_column_holds_the_cells_of_the_reference(wanted, people):
    key, column = wanted
    raw = {column: [text for text, _ in people], "country": [where for _, where in people]}
    if column == "country":
        raw["country"] = [text for text, _ in people]
    cells = [cell(key, text, where) for text, where in zip(raw[column], raw["country"], strict=True)]
    assert list(KEPT.of([wanted], raw)[0]) == cells
    assert list(map(bool, Columns(bool).of([wanted], raw)[0])) == list(map(bool, cells))


@settings(max_examples=25)
@given(st.lists(persons, min_size=3, max_size=6))
def test_whole_people_also_when_what_was_remembered_is_forgotten(people):
    kept, match_columns.GENERATION = match_columns.GENERATION, 2
    try:
        columns = Columns(hashed)
        for _ in range(2):
            assert columns.rows(WANTED, transposed(people)) == expected(people)
    finally:
        match_columns.GENERATION = kept


def test_a_crowd_as_brands_have_it():
    people = list(crowd.people(1_000))
    assert KEPT.rows(WANTED, transposed(people)) == expected(people)


def test_any_choice_of_keys_in_any_order():
    people = list(crowd.people(50))
    for chosen in ([("LN", "last_name"), ("EMAIL", "email")], [("DOBD", "date_of_birth")], [("ST", "state")], []):
        rows = [tuple(cell(key, one[column], one["country"]) for key, column in chosen) for one in people]
        assert KEPT.rows(chosen, transposed(people)) == rows
    assert KEPT.rows(WANTED, transposed([])) == []


def test_people_become_rows_in_their_order():
    people = list(crowd.people(20))
    rows = rows_of([Person(number, values) for number, values in enumerate(people)], WANTED)
    assert rows == expected(people)


def test_a_memo_holds_two_generations_at_most(forgetful):
    made = []
    memo = Memo(lambda text: made.append(text) or text.upper())
    assert memo.of("abcdefgabg") == list("ABCDEFGABG")
    assert len(memo) + len(memo.older) <= 6
    made.clear()
    assert memo.of("g") == ["G"] and made == []


def test_who_may_have_been_born_changes_at_midnight(monkeypatch):
    day = datetime.date(2026, 11, 24)
    monkeypatch.setattr(match_dates, "today", lambda: day)
    born = {"date_of_birth": ["2026-11-25"], "country": [""]}
    columns = Columns(hashed)
    assert columns.of([("DOBY", "date_of_birth")], born) == [("",)]
    day = datetime.date(2026, 11, 25)
    assert columns.of([("DOBY", "date_of_birth")], born) == [(hashed("2026"),)]


def test_ids_are_left_as_they_are():
    people = [dict.fromkeys(COLUMNS, "") | {"external_id": " A\u200b1 "}]
    (row,) = Columns(hashed).rows(WANTED, transposed(people))
    assert [cell for (key, _), cell in zip(WANTED, row, strict=True) if cell] == [" A\u200b1 "]
