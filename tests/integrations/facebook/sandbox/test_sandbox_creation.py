"""Checklist point 5: creating a custom audience, and the order of the checks."""

import json

import pytest

LIST = {"name": "Win back", "subtype": "CUSTOM", "customer_file_source": "USER_PROVIDED_ONLY"}


def test_a_new_list_answers_an_id_no_float_can_hold(graph):
    answer = graph.post("act_1001/customaudiences", **LIST)
    assert answer.status_code == 200
    assert answer.json().keys() == {"id"}
    number = int(answer.json()["id"])
    assert number > 2**53
    assert int(float(number)) != number


def test_a_new_list_is_empty_and_too_small(graph, audience):
    status = graph.get(audience, fields="operation_status,delivery_status").json()
    assert status["operation_status"]["code"] == 410
    assert status["delivery_status"]["code"] == 300


def test_names_may_repeat(graph):
    assert graph.make_list() != graph.make_list()


@pytest.mark.parametrize(
    "encoded",
    [
        {"data": {**LIST, "audience_labels": json.dumps(["AT_RISK"])}},
        {"files": {name: (None, value) for name, value in {**LIST, "audience_labels": '["AT_RISK"]'}.items()}},
        {"json": {**LIST, "audience_labels": ["AT_RISK"]}},
        {"json": {**LIST, "audience_labels": '["AT_RISK"]'}},
    ],
    ids=["form", "multipart", "json", "json with a string"],
)
def test_form_multipart_and_json_say_the_same(graph, sandbox, encoded):
    answer = graph.call("POST", "act_1001/customaudiences", **encoded)
    assert answer.status_code == 200
    assert sandbox.audiences()[0]["name"] == "Win back"


def test_the_checks_come_in_their_order(graph, sandbox, refused):
    sandbox.account("act_1001", user_tasks=["ANALYZE"], tos_accepted=False, existing_custom_audiences=500)
    sandbox.access("act_1001", False)
    seen = []
    cures = [
        lambda: sandbox.add_token("a-new-token", scopes=["ads_read"]),
        lambda: sandbox.add_token("a-new-token"),
        lambda: sandbox.access("act_1001", True),
        lambda: sandbox.account("act_1001", user_tasks=["ADVERTISE"]),
        lambda: sandbox.account("act_1001", tos_accepted=True),
    ]
    graph.use("a-new-token")
    for cure in cures:
        seen.append(refused(graph.post("act_1001/customaudiences")))
        cure()
    seen.append(refused(graph.post("act_1001/customaudiences")))
    seen.append(refused(graph.post("act_1001/customaudiences", **LIST)))
    assert [(code, subcode) for _, code, subcode in seen] == [
        (190, None),
        (200, None),
        (100, 33),
        (2654, 1713092),
        (200, 1870090),
        (100, None),
        (2654, 9990500),
    ]


@pytest.mark.parametrize("missing", ["name", "subtype", "customer_file_source"])
def test_a_missing_parameter_is_named(graph, missing):
    answer = graph.post("act_1001/customaudiences", **{name: text for name, text in LIST.items() if name != missing})
    assert answer.json()["error"]["message"] == f"(#100) Missing parameter(s): {missing}."


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"customer_file_source": "MINE"}, (400, 100, None)),
        ({"retention_days": 181}, (400, 100, None)),
        ({"retention_days": 0}, (400, 100, None)),
        ({"audience_labels": ["NICE_PEOPLE"]}, (400, 100, None)),
        ({"audience_labels": "[broken"}, (400, 100, None)),
        ({"subtype": "WEBSITE"}, (400, 2654, 1870053)),
    ],
)
def test_a_wrong_parameter_is_refused(graph, refused, wrong, expected):
    assert refused(graph.post("act_1001/customaudiences", **{**LIST, **wrong})) == expected


def test_the_error_for_a_full_account_says_that_it_is_invented(graph, sandbox, refused):
    sandbox.account("act_1001", existing_custom_audiences=499)
    assert graph.post("act_1001/customaudiences", **LIST).status_code == 200
    answer = graph.post("act_1001/customaudiences", **LIST)
    assert refused(answer) == (400, 2654, 9990500)
    assert "invented by the sandbox" in answer.json()["error"]["error_user_title"]


def test_lists_of_another_kind_take_no_room(graph, sandbox):
    sandbox.account("act_1001", existing_other_audiences=500)
    assert graph.post("act_1001/customaudiences", **LIST).status_code == 200


def test_a_deleted_list_makes_room(graph, sandbox):
    sandbox.account("act_1001", existing_custom_audiences=500)
    graph.delete(graph.get("act_1001/customaudiences", limit=1).json()["data"][0]["id"])
    assert graph.post("act_1001/customaudiences", **LIST).status_code == 200


def test_the_terms_error_links_to_the_terms_of_that_account(graph):
    error = graph.post("act_1002/customaudiences", **LIST).json()["error"]
    assert "tos/?act=1002" in error["error_user_msg"]


def test_a_name_that_suggests_illness_or_debt_is_flagged_after_creation(graph, refused):
    flagged = graph.make_list(name="People with diabetes")
    read = graph.get(flagged, fields="operation_status,fields_violating_integrity_policy").json()
    assert read["operation_status"]["code"] == 471
    assert read["fields_violating_integrity_policy"] == ["name"]
    assert refused(graph.upload(flagged, ["EMAIL"], graph.emails("a"))) == (400, 100, 1713230)
    assert refused(graph.delete(f"{flagged}/users")) == (400, 100, 1713230)
