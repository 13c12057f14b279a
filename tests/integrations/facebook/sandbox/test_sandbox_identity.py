"""Checklist point 4: `/me`, `/me/permissions`, `/debug_token`."""

import time

import pytest

SYSTEM_USER = "SANDBOX-SYSTEM-USER-TOKEN"
APP = "1203947561028835|sandbox-app-secret"


def debug(graph, token):
    return graph.get("debug_token", input_token=token)


def test_me_is_an_id_and_a_name(graph):
    assert graph.get("me").json() == {"id": "122104857390261947", "name": "Sandbox system user"}


def test_me_can_be_projected(graph):
    assert graph.get("me", fields="id").json() == {"id": "122104857390261947"}


def test_permissions_are_granted_or_declined(graph, sandbox):
    sandbox.add_token("narrow-token", scopes=["ads_read"], declined=["ads_management"])
    graph.use("narrow-token")
    assert graph.get("me/permissions").json() == {
        "data": [
            {"permission": "ads_read", "status": "granted"},
            {"permission": "ads_management", "status": "declined"},
        ]
    }


def test_a_system_user_token_may_inspect_itself(graph):
    data = debug(graph, SYSTEM_USER).json()["data"]
    assert data["type"] == "SYSTEM_USER"
    assert data["is_valid"] is True
    assert data["expires_at"] == 0
    assert {"ads_management", "business_management"} <= set(data["scopes"])
    assert {"scope": "ads_management"} in data["granular_scopes"]
    assert isinstance(data["app_id"], str)


def test_it_may_not_inspect_another(graph, refused):
    assert refused(debug(graph, "SANDBOX-TOKEN-TWO")) == (400, 100, None)


def test_an_app_token_may(graph):
    graph.use(APP)
    assert debug(graph, SYSTEM_USER).json()["data"]["is_valid"] is True


@pytest.mark.parametrize(("facts", "subcode"), [({"revoked": True}, 467), ({"expires_at": int(time.time()) - 5}, 463)])
def test_a_dead_token_is_described_in_a_200(graph, sandbox, facts, subcode):
    sandbox.add_token("dead-token", **facts)
    graph.use(APP)
    answer = debug(graph, "dead-token")
    assert answer.status_code == 200
    assert answer.json()["data"]["is_valid"] is False
    assert answer.json()["data"]["error"]["subcode"] == subcode


def test_an_unknown_token_is_described_in_a_200(graph):
    graph.use(APP)
    assert debug(graph, "garbage").json()["data"]["error"]["code"] == 190


def test_a_token_of_another_app_is_refused(graph, sandbox, refused):
    sandbox.add_token("foreign-token", app_id="99")
    graph.use("foreign-token")
    answer = debug(graph, "foreign-token")
    assert refused(answer) == (400, 100, None)
    assert "did not match the Viewing App" in answer.json()["error"]["message"]


def test_granular_scopes_name_the_accounts_of_a_narrow_token(graph, sandbox):
    sandbox.add_token("narrow-token", scopes=["ads_management"], accounts=["act_1001"])
    graph.use("narrow-token")
    data = debug(graph, "narrow-token").json()["data"]
    assert data["granular_scopes"] == [{"scope": "ads_management", "target_ids": ["1001"]}]


def test_inspecting_nothing_is_a_missing_parameter(graph, refused):
    assert refused(graph.get("debug_token")) == (400, 100, None)
