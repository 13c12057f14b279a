"""The control interface over HTTP, and the ledger."""

import pytest

SYSTEM_USER = "SANDBOX-SYSTEM-USER-TOKEN"


def test_the_state_shows_everything_but_secrets(graph, audience):
    graph.upload(audience, ["EMAIL"], graph.emails("a"))
    answer = graph.control("GET", "state")
    state = answer.json()
    assert [token["last4"] for token in state["tokens"]] == ["OKEN", "-TWO"]
    assert [account["id"] for account in state["accounts"]] == ["act_1001", "act_1002", "act_1003", "act_1004"]
    assert [(one["id"], one["size"]) for one in state["audiences"]] == [(audience, 1)]
    assert state["settings"]["versions"] == ["v25.0", "v26.0"]
    for secret in (SYSTEM_USER, graph.hash("a"), "sandbox-app-secret"):
        assert secret not in answer.text


def test_reset_brings_back_the_default_world(graph, audience, refused):
    graph.control("POST", "accounts", id="act_5", name="Extra")
    graph.control("POST", "faults", kind="code_2", times=None)
    assert graph.control("POST", "reset").status_code == 200
    state = graph.control("GET", "state").json()
    assert (len(state["accounts"]), state["audiences"], state["faults"], state["requests"]) == (4, [], [], 0)
    assert refused(graph.get(audience)) == (400, 100, 33)


def test_a_reset_does_not_give_out_an_id_again(graph, audience):
    graph.control("POST", "reset")
    assert int(graph.make_list()) > int(audience)


def test_the_ledger_tells_every_graph_request_in_order(graph, audience):
    session = {"session_id": 5, "batch_seq": 1, "last_batch_flag": True}
    graph.upload(audience, ["EMAIL"], graph.emails("a", "b"), session=session)
    gone = graph.get("act_77", fields="name")
    made, sent, missed = graph.control("GET", "ledger").json()["ledger"]
    assert [entry["n"] for entry in (made, sent, missed)] == [1, 2, 3]
    assert (made["method"], made["path"], made["status"]) == ("POST", "/v26.0/act_1001/customaudiences", 200)
    assert (sent["audience_id"], sent["rows"], sent["session_id"], sent["token_last4"]) == (audience, 2, "5", "OKEN")
    assert (missed["path"], missed["status"], missed["code"], missed["subcode"]) == ("/v26.0/act_77", 400, 100, 33)
    assert missed["trace_id"] == gone.headers["x-fb-trace-id"]
    assert missed["at"] >= sent["at"] > 0


def test_the_ledger_can_be_read_from_a_point_on(graph):
    graph.get("me")
    graph.get("me")
    assert [entry["n"] for entry in graph.control("GET", "ledger?since=1").json()["ledger"]] == [2]


def test_the_ledger_holds_no_token_query_or_payload(graph, audience):
    graph.upload(audience, ["EMAIL"], graph.emails("a"), session={"session_id": graph.hash("x")})
    graph.call("GET", f"me?access_token={SYSTEM_USER}&fields=name")
    text = graph.control("GET", "ledger").text
    for secret in (SYSTEM_USER, graph.hash("a"), graph.hash("x"), "fields"):
        assert secret not in text


def test_a_refused_upload_is_in_the_ledger_with_its_rows_and_fault(graph, audience):
    graph.control("POST", "faults", kind="rate_17")
    graph.upload(audience, ["EMAIL"], graph.emails("a", "b"))
    entry = graph.control("GET", "ledger").json()["ledger"][-1]
    assert (entry["rows"], entry["fault"], entry["code"]) == (2, "rate_17", 17)


def test_rows_and_arrivals_of_an_audience_can_be_read(graph, audience):
    graph.upload(audience, ["EMAIL"], graph.emails("a", "b"))
    graph.upload(audience, ["EMAIL"], graph.emails("a"))
    rows = graph.control("GET", f"audiences/{audience}/rows").json()
    assert rows == {"schema": ["EMAIL"], "count": 2, "rows": sorted(graph.emails("a", "b"))}
    assert graph.control("GET", f"audiences/{audience}/rows?count=1").json() == {"count": 2}
    received = graph.control("GET", f"audiences/{audience}/received").json()
    assert received == {"distinct": 2, "total": 3, "times": {"1": 1, "2": 1}}
    assert graph.control("GET", "audiences").json()["audiences"][0]["size"] == 2


def test_tokens_are_made_revoked_and_restored(graph, refused):
    made = graph.control("POST", "tokens", token="a-third-token", scopes=["ads_read"], accounts=["act_1001"])
    assert (made.json()["last4"], made.json()["scopes"]) == ("oken", ["ads_read"])
    graph.use("a-third-token")
    assert graph.get("act_1001").status_code == 200
    graph.control("POST", "tokens/revoke", last4="oken", subcode=460)
    assert refused(graph.get("me")) == (400, 190, 460)
    graph.control("POST", "tokens/restore", token="a-third-token")
    assert graph.get("me").status_code == 200


def test_accounts_are_made_and_changed(graph, refused):
    graph.control("POST", "accounts", id="act_9", name="Nine", tier="development_access", existing_custom_audiences=3)
    assert graph.get("act_9", fields="name").json()["name"] == "Nine"
    assert len(graph.get("act_9/customaudiences").json()["data"]) == 3
    changed = graph.control("POST", "accounts", id="act_9", account_status=2, existing_custom_audiences=1).json()
    assert (changed["name"], changed["account_status"], changed["audiences"]) == ("Nine", 2, {"CUSTOM": 1})
    graph.control("POST", "accounts/act_9/access", allowed=False)
    assert refused(graph.get("act_9")) == (400, 100, 33)


def test_audiences_are_deleted_and_flagged(graph, audience, refused):
    graph.control("POST", f"audiences/{audience}/flag")
    assert refused(graph.upload(audience, ["EMAIL"], graph.emails("a"))) == (400, 100, 1713230)
    graph.control("POST", f"audiences/{audience}/delete")
    assert refused(graph.get(audience)) == (400, 100, 33)
    assert graph.control("GET", f"audiences/{audience}/rows").json()["count"] == 0


def test_faults_are_added_listed_and_cleared(graph, refused):
    fault = {"kind": "slow", "match": {"method": "GET", "path_regex": "me$"}, "times": 3, "after": 1, "seconds": 0}
    assert graph.control("POST", "faults", **fault).json()["id"] == 1
    graph.get("me")
    graph.get("me")
    (listed,) = graph.control("GET", "faults").json()["faults"]
    assert (listed["seen"], listed["fired"], listed["knobs"]["seconds"]) == (2, 1, 0)
    graph.control("DELETE", "faults")
    assert graph.control("GET", "faults").json() == {"faults": []}


def test_settings_can_be_changed(graph, refused):
    assert graph.control("POST", "settings", require_proof=True).json()["require_proof"] is True
    assert refused(graph.get("me")) == (400, 100, None)
    assert graph.control("GET", "settings").json()["delete_minimum"] == 100


def test_null_mode_counts_and_keeps_nothing(graph, sandbox, audience):
    assert graph.control("POST", "null", on=True).json() == {"on": True}
    body = b'{"payload":{"schema":["EMAIL","FN"],"data":[["a","b"],["c","d"],["e","f"]]},"session":{"session_id":77}}'
    answer = graph.call("POST", f"{audience}/users", data=body, headers={"Content-Type": "application/json"})
    assert (answer.json()["num_received"], answer.json()["session_id"]) == (3, "77")
    assert sandbox.count(audience) == 0
    assert sandbox.ledger()[-1]["rows"] == 3
    graph.control("POST", "null", on=False)
    graph.upload(audience, ["EMAIL"], graph.emails("a"))
    assert sandbox.count(audience) == 1


def test_null_mode_still_refuses_a_list_that_is_gone(graph, sandbox, refused):
    sandbox.null()
    assert refused(graph.upload("123", ["EMAIL"], graph.emails("a"))) == (400, 100, 33)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "nonsense", {}, 404),
        ("GET", "audiences/1/rows", {}, 404),
        ("POST", "audiences/1/flag", {}, 404),
        ("POST", "tokens/revoke", {"last4": "none"}, 404),
        ("POST", "tokens/revoke", {}, 400),
        ("POST", "tokens", {"name": "no token"}, 400),
        ("POST", "tokens", {"token": "t", "colour": "red"}, 400),
        ("POST", "accounts", {"id": "1001"}, 400),
        ("POST", "accounts", {"id": "act_1001", "colour": "red"}, 400),
        ("POST", "accounts/act_77/access", {"allowed": True}, 404),
        ("POST", "accounts/act_1001/access", {}, 400),
        ("POST", "faults", {"kind": "earthquake"}, 400),
        ("POST", "faults", {"kind": "slow", "match": {"path_regex": "("}}, 400),
        ("POST", "settings", {"versions": ["latest"]}, 400),
        ("GET", "ledger?since=x", {}, 400),
    ],
)
def test_what_the_control_does_not_understand_is_said(graph, method, path, body, status):
    answer = graph.control(method, path, **body)
    assert answer.status_code == status
    assert answer.json()["error"]
