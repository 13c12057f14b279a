"""Checklist points 4 and 7: listing, reading, changing and deleting custom audiences."""

import json

import pytest


def test_without_fields_there_is_only_the_id(graph, audience):
    assert graph.get(audience).json() == {"id": audience}
    assert graph.get("act_1001/customaudiences").json()["data"] == [{"id": audience}]


def test_the_documented_fields_can_be_read(graph):
    audience = graph.make_list(description="mark-1", retention_days=30)
    read = graph.get(
        audience,
        fields="account_id,name,description,subtype,customer_file_source,retention_days,time_created,"
        "approximate_count_lower_bound,approximate_count_upper_bound,data_source,owner_account_info{account_name},rule",
    ).json()
    assert (read["account_id"], read["name"], read["description"]) == ("1001", "Win back", "mark-1")
    assert (read["subtype"], read["retention_days"]) == ("CUSTOM", 30)
    assert read["approximate_count_lower_bound"] <= read["approximate_count_upper_bound"]
    assert read["owner_account_info"] == {"account_name": "Northwind Store"}
    assert isinstance(read["time_created"], int)
    assert read.keys().isdisjoint({"data_source", "rule"})


def test_a_field_that_does_not_exist_is_refused(graph, audience, refused):
    assert refused(graph.get(audience, fields="size")) == (400, 100, None)


def test_the_newest_list_comes_first_and_pages_hold_them_all(graph):
    made = [graph.make_list(name=f"List {number}") for number in range(5)]
    seen, after = [], ""
    while True:
        page = graph.get("act_1001/customaudiences", fields="name", limit=2, after=after).json()
        seen += [one["id"] for one in page["data"]]
        if "next" not in page["paging"]:
            break
        after = page["paging"]["cursors"]["after"]
    assert seen == made[::-1]


def test_a_cursor_dies_with_its_list(graph, refused):
    graph.make_list()
    graph.make_list()
    page = graph.get("act_1001/customaudiences", limit=1).json()
    graph.delete(page["data"][0]["id"])
    answer = graph.get("act_1001/customaudiences", after=page["paging"]["cursors"]["after"])
    assert refused(answer) == (400, 100, None)


def test_an_account_lists_its_own(graph, audience):
    assert graph.get("act_1003/customaudiences").json() == {"data": []}


def test_lists_can_be_filtered(graph, refused):
    wanted = graph.make_list(description="mark-1")
    graph.make_list(description="mark-2")
    rule = [{"field": "description", "operator": "CONTAIN", "value": "mark-1"}]
    assert graph.get("act_1001/customaudiences", filtering=json.dumps(rule)).json()["data"] == [{"id": wanted}]
    for wrong in ('[{"field":"name"}]', "5", '[{"field":"size","operator":"EQUAL","value":1}]'):
        assert refused(graph.get("act_1001/customaudiences", filtering=wrong)) == (400, 100, None)


def test_name_and_description_can_be_changed(graph, audience):
    assert graph.post(audience, name="New", description="text").json() == {"success": True}
    read = graph.get(audience, fields="name,description").json()
    assert (read["name"], read["description"]) == ("New", "text")


def test_an_empty_name_is_refused(graph, audience, refused):
    assert refused(graph.post(audience, name="")) == (400, 100, None)


def test_a_flagged_list_cannot_be_edited(graph, sandbox, audience, refused):
    sandbox.flag_audience(audience)
    assert refused(graph.post(audience, description="x")) == (400, 100, 1713231)
    assert refused(graph.post(audience, name="Better")) == (400, 100, 1713228)


def test_a_changed_name_is_screened_again(graph, audience):
    graph.post(audience, name="High income")
    assert graph.get(audience, fields="operation_status").json()["operation_status"]["code"] == 471


def test_a_task_is_needed_to_change_what_can_be_seen(graph, sandbox, audience, refused):
    sandbox.account("act_1001", user_tasks=["ANALYZE"])
    assert graph.get(audience).status_code == 200
    assert refused(graph.post(audience, name="New")) == (403, 200, None)
    assert refused(graph.upload(audience, ["EMAIL"], graph.emails("a"))) == (403, 200, None)


@pytest.mark.parametrize("how", ["DELETE", "POST"])
def test_a_deleted_list_is_gone_for_every_call(graph, audience, refused, how):
    body = {"method": "DELETE"} if how == "POST" else None
    assert graph.call(how, audience, data=body).json() == {"success": True}
    for answer in (
        graph.get(audience),
        graph.post(audience, name="x"),
        graph.delete(audience),
        graph.upload(audience, ["EMAIL"], graph.emails("a")),
    ):
        assert refused(answer) == (400, 100, 33)
        assert answer.json()["error"]["type"] == "GraphMethodException"
        assert audience in answer.json()["error"]["message"]
    assert graph.get("act_1001").status_code == 200
    assert graph.get("act_1001/customaudiences").json() == {"data": []}


def test_a_list_deleted_from_outside_is_gone_too(graph, sandbox, audience, refused):
    sandbox.delete_audience(audience)
    assert refused(graph.get(audience)) == (400, 100, 33)
