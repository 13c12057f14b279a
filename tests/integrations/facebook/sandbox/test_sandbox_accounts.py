"""Checklist point 4: ad accounts, the `fields` parameter and cursor paging."""

from urllib.parse import parse_qs, urlsplit

import pytest

SYSTEM_USER = "SANDBOX-SYSTEM-USER-TOKEN"
EVERYTHING = (
    "id,account_id,name,account_status,disable_reason,currency,timezone_name,business{id,name},"
    "tos_accepted,user_tasks,capabilities"
)


def test_the_default_world_has_four_accounts(graph):
    data = graph.get("me/adaccounts", fields="name,account_status").json()["data"]
    assert [(one["id"], one["name"], one["account_status"]) for one in data] == [
        ("act_1001", "Northwind Store", 1),
        ("act_1002", "Northwind Outlet", 1),
        ("act_1003", "Northwind Archive", 2),
        ("act_1004", "Northwind Agency", 1),
    ]


def test_without_fields_there_are_only_ids(graph):
    assert graph.get("me/adaccounts").json()["data"][0] == {"id": "act_1001", "account_id": "1001"}
    assert graph.get("act_1001").json() == {"id": "act_1001", "account_id": "1001"}


def test_every_documented_field_can_be_read(graph):
    account = graph.get("act_1001", fields=EVERYTHING).json()
    assert account["business"] == {"id": "1157392048103665", "name": "Northwind"}
    assert account["tos_accepted"] == {"custom_audience_tos": 1}
    assert account["user_tasks"] == ["MANAGE", "ADVERTISE", "ANALYZE", "DRAFT"]
    assert (account["currency"], account["disable_reason"], account["capabilities"]) == ("USD", 0, [])


def test_a_nested_field_is_cut_to_what_was_asked(graph):
    assert graph.get("act_1001", fields="business{id}").json()["business"] == {"id": "1157392048103665"}


def test_what_has_no_value_is_absent(graph, sandbox):
    sandbox.account("act_1001", business=None, tos_accepted=False, user_tasks=None)
    assert graph.get("act_1001", fields=EVERYTHING).json().keys().isdisjoint({"business", "tos_accepted", "user_tasks"})


def test_the_terms_may_read_accepted_though_they_are_not(graph, sandbox, refused):
    sandbox.account("act_1002", tos_reads=True)
    assert graph.get("act_1002", fields="tos_accepted").json()["tos_accepted"] == {"custom_audience_tos": 1}
    answer = graph.post("act_1002/customaudiences", name="x", subtype="CUSTOM", customer_file_source="BOTH")
    assert refused(answer) == (400, 200, 1870090)


def test_a_forbidden_field_fails_the_whole_call(graph, sandbox, refused):
    sandbox.add_token("narrow-token", scopes=["ads_management"])
    graph.use("narrow-token")
    assert refused(graph.get("me/adaccounts", fields="id,owner")) == (400, 200, None)
    assert refused(graph.get("me/adaccounts", fields="id,funding_source")) == (400, 10, None)
    assert graph.get("me/adaccounts", fields="id").status_code == 200


def test_owner_can_be_read_with_business_management(graph):
    assert graph.get("act_1001", fields="owner").json()["owner"] == "1157392048103665"


def test_funding_details_need_the_manage_task(graph, refused):
    assert refused(graph.get("act_1004", fields="funding_source_details")) == (400, 200, None)
    assert graph.get("act_1001", fields="funding_source_details").status_code == 200


def test_a_field_that_does_not_exist_fails_the_call(graph, refused):
    assert refused(graph.get("act_1001", fields="id,nonsense")) == (400, 100, None)


@pytest.mark.parametrize("fields", ["business{id", "id}", "id,,name", "{id}"])
def test_fields_that_cannot_be_parsed_are_refused(graph, refused, fields):
    assert refused(graph.get("act_1001", fields=fields)) == (400, 2500, None)


def test_an_account_that_is_not_there_is_a_missing_object(graph, refused):
    answer = graph.get("act_77")
    assert refused(answer) == (400, 100, 33)
    assert answer.json()["error"]["type"] == "GraphMethodException"


def test_a_token_sees_its_own_accounts_only(graph, sandbox, refused):
    sandbox.add_token("narrow-token", accounts=["act_1002"])
    graph.use("narrow-token")
    assert [one["id"] for one in graph.get("me/adaccounts").json()["data"]] == ["act_1002"]
    assert refused(graph.get("act_1001")) == (400, 100, 33)


def test_an_empty_list_has_no_paging(graph, sandbox):
    sandbox.add_token("narrow-token", accounts=[])
    graph.use("narrow-token")
    assert graph.get("me/adaccounts").json() == {"data": []}


def test_pages_are_walked_by_next_until_there_is_none(graph):
    first = graph.get("me/adaccounts", fields="name", limit=3).json()
    assert len(first["data"]) == 3
    second = graph.session.get(first["paging"]["next"], timeout=10).json()
    assert [one["name"] for one in second["data"]] == ["Northwind Agency"]
    assert "next" not in second["paging"]
    assert second["paging"]["cursors"].keys() == {"before", "after"}


def test_next_holds_the_token_in_clear(graph):
    query = parse_qs(urlsplit(graph.get("me/adaccounts", limit=1).json()["paging"]["next"]).query)
    assert query["access_token"] == [SYSTEM_USER]
    assert query["limit"] == ["1"]


def test_pages_are_walked_by_cursor_too(graph):
    after = graph.get("me/adaccounts", limit=2).json()["paging"]["cursors"]["after"]
    page = graph.get("me/adaccounts", limit=2, after=after).json()
    assert [one["id"] for one in page["data"]] == ["act_1003", "act_1004"]
    assert "next" not in page["paging"]
    back = graph.get("me/adaccounts", limit=2, before=page["paging"]["cursors"]["before"]).json()
    assert [one["id"] for one in back["data"]] == ["act_1001", "act_1002"]
    assert "previous" in page["paging"]


@pytest.mark.parametrize("params", [{"limit": "0"}, {"limit": "many"}, {"after": "nonsense"}, {"before": "bm8="}])
def test_a_wrong_limit_or_cursor_is_refused(graph, refused, params):
    assert refused(graph.get("me/adaccounts", **params)) == (400, 100, None)


def test_access_taken_away_hides_the_account_and_its_audiences(graph, sandbox, audience, refused):
    sandbox.access("act_1001", False)
    assert refused(graph.get("act_1001")) == (400, 100, 33)
    assert refused(graph.get(audience)) == (400, 100, 33)
    assert refused(graph.upload(audience, ["EMAIL"], graph.emails("a"))) == (400, 100, 33)
    assert "act_1001" not in [one["id"] for one in graph.get("me/adaccounts").json()["data"]]
    sandbox.access("act_1001", True)
    assert graph.get(audience).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "act_1001/campaigns", (400, 2500, None)),
        ("GET", "", (400, 2500, None)),
        ("GET", "nobody", (400, 803, None)),
        ("DELETE", "act_1001", (400, 100, 33)),
        ("PUT", "me", (400, 100, 33)),
        ("GET", "me?ids=1,2", (400, 100, None)),
    ],
)
def test_what_graph_does_not_offer_is_refused(graph, refused, method, path, expected):
    assert refused(graph.call(method, path)) == expected
