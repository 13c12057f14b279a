"""Checklist point 6: rows that are counted as invalid inside a 200."""

import json

import pytest


@pytest.mark.parametrize(
    "cell", ["mary@example.com", "ABCDEF" * 10 + "ABCD", "f" * 63, "f" * 65, None, 5], ids=lambda cell: str(cell)[:8]
)
def test_a_hashed_cell_must_look_like_a_hash(graph, sandbox, audience, cell):
    rows = [[graph.hash("a"), graph.hash("b")], [graph.hash("c"), cell]]
    answer = graph.upload(audience, ["EMAIL", "PHONE"], rows)
    assert answer.status_code == 200
    assert answer.json()["num_received"] == 2
    assert answer.json()["num_invalid_entries"] == 1
    assert sandbox.count(audience) == 1


def test_an_empty_cell_is_fine_beside_a_filled_one(graph, audience):
    answer = graph.upload(audience, ["EMAIL", "PHONE"], [[graph.hash("a"), ""]])
    assert answer.json()["num_invalid_entries"] == 0


def test_a_row_without_any_value_is_invalid(graph, audience):
    assert graph.upload(audience, ["EMAIL", "PHONE"], [["", ""]]).json()["num_invalid_entries"] == 1


def test_an_empty_external_id_spoils_a_good_row(graph, audience):
    answer = graph.upload(audience, ["EXTERN_ID", "EMAIL"], [["", graph.hash("a")], ["u1", ""]])
    assert answer.json()["num_invalid_entries"] == 1
    assert answer.json()["invalid_entry_samples"] == {f'["","{graph.hash("a")}"]': "empty external ID"}


def test_what_is_not_hashed_is_not_judged(graph, audience):
    answer = graph.upload(audience, ["EXTERN_ID", "MADID"], [["Any id", "38400000-8cf0-11bd-b23e-10b96e40000d"]])
    assert answer.json()["num_invalid_entries"] == 0


def test_a_lookalike_value_is_a_number_from_zero(graph, audience):
    rows = [[graph.hash(str(value)), value] for value in (44.5, "0.9", "", -1, "much")]
    assert graph.upload(audience, ["EMAIL", "LOOKALIKE_VALUE"], rows).json()["num_invalid_entries"] == 2


def test_samples_are_keyed_by_the_compact_row(graph, audience):
    samples = graph.upload(audience, ["EMAIL", "FN"], [["é@example.com", ""]]).json()["invalid_entry_samples"]
    assert samples == {'["é@example.com",""]': "invalid hash"}
    assert json.loads(next(iter(samples))) == ["é@example.com", ""]


def test_at_most_a_hundred_samples_are_told(graph, audience):
    answer = graph.upload(audience, ["EMAIL"], [[f"{number}"] for number in range(150)]).json()
    assert answer["num_invalid_entries"] == 150
    assert len(answer["invalid_entry_samples"]) == 100


def test_many_invalid_entries_show_in_the_operation_status(graph, audience):
    graph.upload(audience, ["EMAIL"], [["x"], ["y"], *graph.emails("a")])
    assert graph.get(audience, fields="operation_status").json()["operation_status"]["code"] == 412
