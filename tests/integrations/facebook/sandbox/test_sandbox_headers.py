"""Checklist point 9: headers on every answer, and where the usage headers are (contract 6.3)."""

import json

import pytest


def test_every_answer_has_version_ids_and_app_usage(graph, audience):
    graph_answers = [graph.get("me"), graph.get("nobody"), graph.get("act_77"), graph.upload(audience, [], [])]
    graph.use("")
    for answer in [*graph_answers, graph.get("me")]:
        assert answer.headers["facebook-api-version"] == "v26.0"
        assert answer.headers["x-fb-request-id"]
        assert json.loads(answer.headers["x-app-usage"]).keys() == {"call_count", "total_cputime", "total_time"}
        if answer.status_code != 200:
            assert answer.json()["error"]["fbtrace_id"] == answer.headers["x-fb-trace-id"]


def test_an_upload_has_the_ad_account_header_only(graph, audience):
    answer = graph.upload(audience, ["EMAIL"], graph.emails("a"))
    assert "x-business-use-case-usage" not in answer.headers
    usage = json.loads(answer.headers["x-ad-account-usage"])
    assert usage == {"acc_id_util_pct": 1, "reset_time_duration": 0, "ads_api_access_tier": "standard_access"}


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "act_1001/customaudiences"), ("POST", "act_1001/customaudiences"), ("DELETE", "{audience}/users")],
)
def test_other_audience_calls_have_the_business_use_case_header(graph, audience, method, path):
    answer = graph.call(method, path.format(audience=audience))
    assert "x-ad-account-usage" not in answer.headers
    usage = json.loads(answer.headers["x-business-use-case-usage"])["1001"][0]
    assert usage["type"] == "custom_audience"
    assert usage["estimated_time_to_regain_access"] == 0


def test_deleting_a_list_has_it_too(graph, audience):
    assert "x-business-use-case-usage" in graph.delete(audience).headers


def test_the_tier_and_the_usage_of_an_account_can_be_set(graph, sandbox):
    sandbox.account("act_1001", tier="development_access", usage=80)
    usage = json.loads(graph.get("act_1001").headers["x-ad-account-usage"])
    assert (usage["ads_api_access_tier"], usage["acc_id_util_pct"]) == ("development_access", 80)
