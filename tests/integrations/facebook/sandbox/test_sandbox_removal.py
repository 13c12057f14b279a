"""Checklist point 6: taking people out of a list."""

import json

import pytest


@pytest.fixture
def filled(graph, audience):
    rows = [[f"u{number}", graph.hash(f"mail {number}"), graph.hash(f"phone {number}")] for number in range(105)]
    graph.upload(audience, ["EXTERN_ID", "EMAIL", "PHONE"], rows)
    return audience


def remove(graph, audience, schema, data):
    return graph.delete(f"{audience}/users", payload={"schema": schema, "data": data})


def test_a_row_can_be_taken_out(graph, sandbox, filled):
    row = ["u1", graph.hash("mail 1"), graph.hash("phone 1")]
    answer = remove(graph, filled, ["EXTERN_ID", "EMAIL", "PHONE"], [row])
    assert (answer.status_code, answer.json()["num_received"]) == (200, 1)
    assert row not in sandbox.rows(filled)["rows"]
    assert sandbox.count(filled) == 104
    assert sandbox.received(filled)["total"] == 105


def test_a_post_with_method_delete_is_the_same(graph, sandbox, filled):
    payload = {"schema": ["EMAIL"], "data": [[graph.hash("mail 1")]]}
    graph.call("POST", f"{filled}/users", data={"method": "DELETE", "payload": json.dumps(payload)})
    assert sandbox.count(filled) == 104
    assert sandbox.ledger()[-1]["method"] == "DELETE"


def test_one_key_is_enough_and_a_contradiction_is_too_much(graph, sandbox, filled):
    remove(graph, filled, ["EMAIL", "PHONE"], [[graph.hash("mail 1"), ""], [graph.hash("mail 2"), graph.hash("other")]])
    held = {row[0] for row in sandbox.rows(filled)["rows"]}
    assert "u1" not in held
    assert "u2" in held


def test_somebody_who_is_not_there_is_no_error(graph, sandbox, filled):
    assert remove(graph, filled, ["EMAIL"], graph.emails("stranger")).status_code == 200
    assert sandbox.count(filled) == 105


def test_a_removal_that_leaves_too_few_is_refused_whole(graph, sandbox, filled, refused):
    answer = remove(graph, filled, ["EXTERN_ID"], [[f"u{number}"] for number in range(6)])
    assert refused(answer) == (400, 200, 1870047)
    assert sandbox.count(filled) == 105
    assert remove(graph, filled, ["EXTERN_ID"], [[f"u{number}"] for number in range(5)]).status_code == 200


def test_the_minimum_can_be_set(graph, sandbox, filled):
    sandbox.settings(delete_minimum=0)
    remove(graph, filled, ["EXTERN_ID"], [[f"u{number}"] for number in range(105)])
    assert sandbox.count(filled) == 0


def test_who_was_taken_out_can_come_back(graph, sandbox, filled):
    remove(graph, filled, ["EMAIL"], graph.emails("mail 1"))
    graph.upload(filled, ["EXTERN_ID", "EMAIL", "PHONE"], [["u1", graph.hash("mail 1"), graph.hash("phone 1")]])
    assert sandbox.count(filled) == 105
