"""Checklist point 2: where a token may be, and what becomes of a call whose token will not do."""

import hashlib
import hmac
import time

import pytest

SYSTEM_USER = "SANDBOX-SYSTEM-USER-TOKEN"
APP_KEY = "sandbox-app-secret"


def proof(message):
    return hmac.new(APP_KEY.encode(), message.encode(), hashlib.sha256).hexdigest()


@pytest.mark.parametrize("place", ["params", "data", "json"])
def test_a_token_may_come_in_query_form_or_json(graph, audience, place):
    graph.use("")
    answer = graph.call("POST", audience, **{place: {"access_token": SYSTEM_USER, "name": "Renamed"}})
    assert answer.json() == {"success": True}


def test_a_token_may_come_in_the_header(graph):
    assert graph.get("me").status_code == 200


def test_a_call_without_a_token_is_refused(graph, refused):
    graph.use("")
    answer = graph.get("me")
    assert refused(answer) == (400, 104, None)
    assert answer.json()["error"]["type"] == "OAuthException"


def test_a_token_nobody_knows_is_refused(graph, refused):
    graph.use("garbage")
    answer = graph.get("me")
    assert refused(answer) == (400, 190, None)
    assert answer.json()["error"]["type"] == "OAuthException"


def test_a_revoked_token_is_refused_until_it_is_restored(graph, sandbox, refused):
    sandbox.revoke(SYSTEM_USER)
    assert refused(graph.get("me")) == (400, 190, 467)
    sandbox.restore(SYSTEM_USER)
    assert graph.get("me").status_code == 200


def test_a_revoked_token_may_also_say_a_bare_190(graph, sandbox, refused):
    sandbox.revoke("OKEN", subcode=None)
    assert refused(graph.get("me")) == (400, 190, None)


def test_the_second_token_outlives_the_first(graph, sandbox):
    sandbox.revoke(SYSTEM_USER)
    graph.use("SANDBOX-TOKEN-TWO")
    assert graph.get("act_1001").status_code == 200


def test_an_expired_token_is_refused(graph, sandbox, refused):
    graph.use("short-lived")
    sandbox.add_token("short-lived", expires_at=int(time.time()) - 1)
    assert refused(graph.get("me")) == (400, 190, 463)


def test_a_token_that_expires_later_will_do(graph, sandbox):
    graph.use("short-lived")
    sandbox.add_token("short-lived", expires_at=int(time.time()) + 60)
    assert graph.get("me").status_code == 200


@pytest.mark.parametrize(
    ("scopes", "method", "path"),
    [
        ([], "GET", "me/adaccounts"),
        ([], "GET", "act_1001"),
        ([], "GET", "act_1001/customaudiences"),
        (["ads_read"], "POST", "act_1001/customaudiences"),
        (["ads_read"], "POST", "1/users"),
        (["ads_read"], "DELETE", "1"),
    ],
)
def test_a_missing_scope_is_told_before_anything_else(graph, sandbox, refused, scopes, method, path):
    graph.use("narrow-token")
    sandbox.add_token("narrow-token", scopes=scopes)
    assert refused(graph.call(method, path)) == (400, 200, None)


def test_ads_read_is_enough_to_read(graph, sandbox, audience):
    graph.use("narrow-token")
    sandbox.add_token("narrow-token", scopes=["ads_read"])
    assert graph.get(audience).json() == {"id": audience}


def test_an_app_that_requires_a_proof_refuses_calls_without_one(graph, sandbox, refused):
    sandbox.settings(require_proof=True)
    answer = graph.get("me")
    assert refused(answer) == (400, 100, None)
    assert answer.json()["error"]["type"] == "GraphMethodException"
    assert "appsecret_proof" in answer.json()["error"]["message"]


def test_a_right_proof_is_taken(graph, sandbox):
    sandbox.settings(require_proof=True)
    assert graph.get("me", appsecret_proof=proof(SYSTEM_USER)).status_code == 200


def test_a_proof_may_be_bound_to_a_time(graph, sandbox):
    sandbox.settings(require_proof=True)
    bound = proof(f"{SYSTEM_USER}|1795000000")
    assert graph.get("me", appsecret_proof=bound, appsecret_time=1795000000).status_code == 200


def test_a_wrong_proof_is_refused_even_where_none_is_required(graph, refused):
    assert refused(graph.get("me", appsecret_proof=proof("another token"))) == (400, 100, None)
