"""Checklist points 3 and 6: uploads."""

import json

import pytest

SESSION = {"session_id": 9007199254740993, "batch_seq": 1, "last_batch_flag": True}


def test_rows_are_kept_and_the_answer_says_so(graph, sandbox, audience):
    answer = graph.upload(audience, ["EMAIL"], graph.emails("a", "b"), session=SESSION)
    assert answer.json() == {
        "audience_id": audience,
        "session_id": "9007199254740993",
        "num_received": 2,
        "num_invalid_entries": 0,
        "invalid_entry_samples": {},
    }
    assert sandbox.rows(audience) == {"schema": ["EMAIL"], "count": 2, "rows": sorted(graph.emails("a", "b"))}


def test_a_filled_list_reads_normal_and_ready_when_it_is_large_enough(graph, audience):
    graph.upload(audience, ["EMAIL"], graph.emails(*map(str, range(120))))
    read = graph.get(audience, fields="operation_status,delivery_status,data_source,time_content_updated").json()
    assert read["operation_status"]["code"] == 200
    assert read["delivery_status"]["code"] == 200
    assert read["data_source"] == {"type": "FILE_IMPORTED", "sub_type": "MULTI_HASHES"}
    assert read["time_content_updated"] > 0


def test_without_a_session_one_is_made_up(graph, audience):
    answer = graph.upload(audience, ["EMAIL"], graph.emails("a")).json()
    assert isinstance(answer["session_id"], str)
    assert int(answer["session_id"]) > 2**53


def test_received_counts_the_session_so_far(graph, audience):
    graph.upload(audience, ["EMAIL"], graph.emails("a", "b"), session={**SESSION, "last_batch_flag": False})
    answer = graph.upload(audience, ["EMAIL"], graph.emails("c"), session={**SESSION, "batch_seq": 2})
    assert answer.json()["num_received"] == 3


def test_sending_somebody_again_does_not_grow_the_list(graph, sandbox, audience):
    graph.upload(audience, ["EMAIL"], graph.emails("a", "b", "b"))
    graph.upload(audience, ["EMAIL"], graph.emails("b"))
    assert sandbox.rows(audience)["count"] == 2
    assert sandbox.received(audience) == {"distinct": 2, "total": 4, "times": {"1": 1, "3": 1}}


def test_rows_of_another_schema_stand_beside_the_first(graph, sandbox, audience):
    graph.upload(audience, ["EMAIL"], graph.emails("a"))
    graph.upload(audience, ["PHONE", "EMAIL"], [[graph.hash("1"), graph.hash("b")], ["", graph.hash("a")]])
    held = sandbox.rows(audience)
    assert held["schema"] == ["EMAIL", "PHONE"]
    assert held["count"] == sandbox.count(audience) == 2
    assert [graph.hash("a"), ""] in held["rows"]
    assert sandbox.received(audience)["times"] == {"1": 1, "2": 1}


@pytest.mark.parametrize("how", ["form", "multipart", "json", "query"])
def test_the_payload_may_come_in_every_encoding(graph, sandbox, audience, how):
    payload = {"schema": ["EXTERN_ID", "EMAIL"], "data": [["jürgen+1 %41&=", graph.hash("a")]]}
    text = {"payload": json.dumps(payload), "session": json.dumps(SESSION)}
    encoded = {
        "form": {"data": text},
        "multipart": {"files": {name: (None, value) for name, value in text.items()}},
        "json": {"json": {"payload": payload, "session": SESSION}},
        "query": {"params": text},
    }[how]
    answer = graph.call("POST", f"{audience}/users", **encoded)
    assert answer.json()["num_received"] == 1
    assert sandbox.rows(audience)["rows"] == payload["data"]


def test_a_string_schema_takes_strings_and_lists_of_one(graph, sandbox, audience):
    graph.upload(audience, "EMAIL_SHA256", [graph.hash("a"), [graph.hash("b")]])
    assert sandbox.rows(audience)["count"] == 2
    read = graph.get(audience, fields="data_source").json()
    assert read["data_source"]["sub_type"] == "HASHES_OR_USER_IDS"


def test_a_string_schema_on_a_multi_hash_list_is_refused(graph, audience, refused):
    graph.upload(audience, ["EMAIL"], graph.emails("a"))
    assert refused(graph.upload(audience, "EMAIL_SHA256", [graph.hash("b")])) == (400, 2650, None)


def test_ten_thousand_rows_pass_and_one_more_does_not(graph, sandbox, audience, refused):
    rows = graph.emails(*map(str, range(10_001)))
    assert refused(graph.upload(audience, ["EMAIL"], rows)) == (400, 100, None)
    assert sandbox.count(audience) == 0
    assert graph.upload(audience, ["EMAIL"], rows[:-1]).json()["num_received"] == 10_000


def test_a_ragged_row_fails_the_whole_request(graph, sandbox, audience, refused):
    assert refused(graph.upload(audience, ["EMAIL"], [*graph.emails("a"), ["", ""]])) == (400, 100, None)
    assert sandbox.count(audience) == 0


@pytest.mark.parametrize(
    "payload",
    [
        None,
        "text",
        "{broken",
        {"schema": ["EMAIL"]},
        {"schema": ["EMAIL"], "data": []},
        {"schema": ["EMAIL"], "data": "x"},
        {"schema": ["EMAIL"], "data": ["not a list"]},
        {"schema": ["EMAIL"], "data": [[{"nested": 1}]]},
        {"schema": [], "data": [[]]},
        {"schema": ["SHOE_SIZE"], "data": [["42"]]},
        {"schema": ["EMAIL", "EMAIL"], "data": [["", ""]]},
        {"schema": "EMAIL", "data": [""]},
        {"schema": ["EMAIL_SHA256"], "data": [[""]]},
        {"schema": ["PAGEUID"], "data": [["1"]]},
        {"schema": ["APPUID"], "data": [["1"]]},
    ],
)
def test_a_payload_that_is_wrong_is_refused(graph, audience, refused, payload):
    body = {} if payload is None else {"payload": payload}
    assert refused(graph.post(f"{audience}/users", **body)) == (400, 100, None)


@pytest.mark.parametrize(
    "session",
    [
        "text",
        {},
        {**SESSION, "session_id": 0},
        {**SESSION, "session_id": -5},
        {**SESSION, "session_id": 2**63},
        {**SESSION, "session_id": 1.5},
        {**SESSION, "batch_seq": 0},
        {**SESSION, "last_batch_flag": "true"},
    ],
)
def test_a_session_that_is_wrong_is_refused(graph, audience, refused, session):
    answer = graph.upload(audience, ["EMAIL"], graph.emails("a"), session=session)
    assert refused(answer) == (400, 100, None)


def test_a_session_id_belongs_to_one_list_of_the_account(graph, audience, refused):
    graph.upload(audience, ["EMAIL"], graph.emails("a"), session=SESSION)
    answer = graph.upload(graph.make_list(), ["EMAIL"], graph.emails("a"), session=SESSION)
    assert refused(answer) == (400, 100, None)


def test_a_body_that_is_no_json_is_refused(graph, audience, refused):
    headers = {"Content-Type": "application/json"}
    assert refused(graph.call("POST", f"{audience}/users", data=b'{"payload"', headers=headers)) == (400, 100, None)
    assert refused(graph.call("POST", f"{audience}/users", data=b"[1]", headers=headers)) == (400, 100, None)


def test_app_and_page_ids_are_taken_with_what_they_need(graph, audience):
    payload = {"schema": ["APPUID", "PAGEUID"], "data": [["1", "2"]], "app_ids": [7], "page_ids": [8], "is_raw": True}
    assert graph.post(f"{audience}/users", payload=payload).json()["num_invalid_entries"] == 0


def test_limited_data_use_cells_may_be_lists(graph, audience):
    answer = graph.upload(audience, ["EMAIL", "DATA_PROCESSING_OPTIONS"], [[graph.hash("a"), ["LDU"]]])
    assert answer.json()["num_invalid_entries"] == 0
