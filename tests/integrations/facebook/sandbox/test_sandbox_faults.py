"""Checklist point 8: every fault, as a client meets it."""

import json
import time

import pytest
import requests

SYSTEM_USER = "SANDBOX-SYSTEM-USER-TOKEN"


@pytest.fixture
def send(graph, audience):
    return lambda *names: graph.upload(audience, ["EMAIL"], graph.emails(*(names or "a")))


def test_80003_says_when_to_come_back(sandbox, send, refused):
    sandbox.fault("rate_80003", minutes=7)
    answer = send()
    assert refused(answer) == (400, 80003, 2446079)
    usage = json.loads(answer.headers["x-business-use-case-usage"])["1001"][0]
    assert (usage["call_count"], usage["estimated_time_to_regain_access"]) == (100, 7)


@pytest.mark.parametrize(("kind", "code", "subcode"), [("rate_17", 17, 2446079), ("rate_613", 613, 1487742)])
def test_17_and_613_say_it_in_seconds(sandbox, send, refused, kind, code, subcode):
    sandbox.fault(kind, seconds=90)
    answer = send()
    assert refused(answer) == (400, code, subcode)
    usage = json.loads(answer.headers["x-ad-account-usage"])
    assert (usage["acc_id_util_pct"], usage["reset_time_duration"]) == (100, 90)


def test_613_may_come_without_a_subcode(sandbox, send, refused):
    sandbox.fault("rate_613", subcode=None)
    assert refused(send()) == (400, 613, None)


def test_code_1_asks_for_less_data(sandbox, send, refused):
    sandbox.fault("code_1", subcode=99, status=500)
    answer = send()
    assert refused(answer) == (500, 1, 99)
    assert "reduce the amount of data" in answer.json()["error"]["message"]


def test_code_2_is_transient(sandbox, send, refused):
    sandbox.fault("code_2")
    answer = send()
    assert refused(answer) == (400, 2, None)
    assert answer.json()["error"]["is_transient"] is True


@pytest.mark.parametrize(("kind", "status"), [("http_500_html", 503), ("html_200", 200)])
def test_html_may_come_with_any_status(sandbox, audience, send, kind, status):
    sandbox.fault(kind, **({"status": 503} if status == 503 else {}))
    answer = send()
    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith("text/html")
    assert sandbox.count(audience) == 0


def test_a_page_of_html_may_hide_that_the_work_was_done(sandbox, audience, send):
    sandbox.fault("http_500_html", work=True)
    assert send().status_code == 500
    assert sandbox.count(audience) == 1


def test_a_200_may_hold_an_error(sandbox, audience, send, refused):
    sandbox.fault("error_200")
    assert refused(send()) == (200, 2, None)
    assert sandbox.count(audience) == 0


def test_json_may_break_off_after_the_work(sandbox, audience, send):
    sandbox.fault("truncated_json")
    answer = send()
    assert answer.status_code == 200
    with pytest.raises(requests.JSONDecodeError):
        answer.json()
    assert sandbox.count(audience) == 1


def test_a_short_answer_breaks_off_too(graph, sandbox, audience):
    sandbox.fault("truncated_json")
    with pytest.raises(requests.JSONDecodeError):
        graph.delete(audience).json()


@pytest.mark.parametrize(("first", "held"), [("work", 1), ("wait", 0)])
def test_a_slow_answer_outlasts_the_client(graph, sandbox, audience, first, held):
    sandbox.fault("slow", seconds=0.4, first=first)
    url = f"{sandbox.url}/v26.0/{audience}/users?access_token={SYSTEM_USER}"
    payload = {"schema": ["EMAIL"], "data": graph.emails("a")}
    with pytest.raises(requests.ReadTimeout):
        requests.post(url, json={"payload": payload}, timeout=0.2)
    assert sandbox.count(audience) == held


def test_a_connection_may_drop_before_the_work(sandbox, audience, send):
    sandbox.fault("drop_before")
    with pytest.raises(requests.ConnectionError):
        send()
    assert sandbox.count(audience) == 0
    assert (sandbox.ledger()[-1]["status"], sandbox.ledger()[-1]["dropped"]) == (None, True)


def test_a_connection_may_drop_after_the_work(sandbox, audience, send):
    sandbox.fault("drop_after")
    with pytest.raises(requests.ConnectionError):
        send()
    assert sandbox.count(audience) == 1
    assert (sandbox.ledger()[-1]["status"], sandbox.ledger()[-1]["dropped"]) == (200, True)


def test_a_refusal_may_get_lost_too(graph, sandbox):
    sandbox.fault("drop_after")
    with pytest.raises(requests.ConnectionError):
        graph.get("act_77")
    assert (sandbox.ledger()[-1]["status"], sandbox.ledger()[-1]["subcode"]) == (400, 33)


def test_an_audience_may_be_made_without_the_client_hearing_of_it(graph, sandbox):
    sandbox.fault("drop_after", match={"method": "POST", "path_regex": "customaudiences$"})
    with pytest.raises(requests.ConnectionError):
        graph.make_list(description="mark-9")
    assert [one["description"] for one in sandbox.audiences()] == ["mark-9"]


def test_a_token_may_be_revoked_between_two_calls(graph, sandbox, send, refused):
    sandbox.fault("revoked_midway", after=1)
    assert send().status_code == 200
    assert refused(send()) == (400, 190, 467)
    assert refused(graph.get("me")) == (400, 190, 467)


@pytest.mark.parametrize("code", [10, 200])
def test_a_field_may_be_refused(graph, sandbox, refused, code):
    sandbox.fault("field_refused", field="user_tasks", code=code, times=None)
    assert refused(graph.get("me/adaccounts", fields="id,business{id},user_tasks")) == (400, code, None)
    assert graph.get("me/adaccounts", fields="id,name").status_code == 200


@pytest.mark.parametrize("html", [True, False])
def test_uploads_over_a_size_may_be_too_large(sandbox, send, refused, html):
    sandbox.fault("too_large", rows=2, times=None, html=html)
    assert send("a", "b").status_code == 200
    if html:
        assert send("a", "b", "c").status_code == 500
    else:
        assert refused(send("a", "b", "c")) == (400, 1, 99)


def test_the_first_rows_may_be_called_invalid(graph, sandbox, audience, send):
    sandbox.fault("invalid_rows", rows=2, reason="not today")
    answer = send("a", "b", "c").json()
    assert answer["num_invalid_entries"] == 2
    assert answer["invalid_entry_samples"][f'["{graph.hash("a")}"]'] == "not today"
    assert sandbox.count(audience) == 1


def test_one_row_may_be_called_invalid_wherever_it_is(graph, sandbox, send):
    sandbox.fault("invalid_rows", cell=graph.hash("b"), times=None)
    assert send("a", "b", "c").json()["num_invalid_entries"] == 1
    assert send("a", "c").json()["num_invalid_entries"] == 0


def test_a_request_may_be_refused(sandbox, send, refused):
    sandbox.fault("refused_100")
    assert refused(send()) == (400, 100, None)


def test_requests_that_hold_a_certain_cell_may_be_refused(graph, sandbox, send, refused):
    sandbox.fault("refused_100", cell=graph.hash("b"), times=None)
    assert refused(send("a", "b")) == (400, 100, None)
    assert send("a").status_code == 200


def test_fewer_rows_may_be_acknowledged(sandbox, send):
    sandbox.fault("received_short", rows=1)
    assert send("a", "b").json()["num_received"] == 1


def test_a_page_may_be_short_or_empty_and_still_have_a_next(graph, sandbox):
    sandbox.fault("short_page", rows=0, method="GET")
    sandbox.fault("short_page", rows=1, method="GET")
    first = graph.get("me/adaccounts").json()
    assert first["data"] == []
    second = graph.session.get(first["paging"]["next"], timeout=10).json()
    assert [one["id"] for one in second["data"]] == ["act_1001"]
    third = graph.session.get(second["paging"]["next"], timeout=10).json()
    assert len(third["data"]) == 3


def test_any_error_can_be_made_up(sandbox, send, refused):
    sandbox.fault("error", status=403, code=368, subcode=5, title="Blocked", explained="Wait.", type="OAuthException")
    answer = send()
    assert refused(answer) == (403, 368, 5)
    assert answer.json()["error"]["error_user_msg"] == "Wait."


def test_a_fault_fires_once_unless_told_otherwise(sandbox, send):
    sandbox.fault("code_2")
    assert [send().status_code for _ in range(2)] == [400, 200]


def test_a_fault_may_fire_several_times_or_for_ever(sandbox, send):
    sandbox.fault("code_2", times=2)
    assert [send().status_code for _ in range(3)] == [400, 400, 200]
    sandbox.fault("code_2", times=None)
    assert [send().status_code for _ in range(3)] == [400, 400, 400]
    sandbox.clear_faults()
    assert send().status_code == 200


def test_a_fault_may_let_some_pass_first(sandbox, send):
    sandbox.fault("code_2", after=2)
    assert [send().status_code for _ in range(4)] == [200, 200, 400, 200]


def test_a_fault_hits_only_what_it_matches(graph, sandbox, send):
    sandbox.fault("code_2", match={"method": "POST", "path_regex": r"/users$"})
    assert graph.get("me").status_code == 200
    assert send().status_code == 400


def test_a_fault_sees_the_method_that_is_meant(graph, sandbox, audience, refused):
    sandbox.fault("code_2", match={"method": "DELETE"})
    assert refused(graph.call("POST", audience, data={"method": "delete"})) == (400, 2, None)


def test_the_oldest_fault_fires_first_and_alone(sandbox, send, refused):
    sandbox.fault("code_2")
    sandbox.fault("rate_17")
    assert refused(send())[1] == 2
    assert refused(send())[1] == 17


def test_a_fault_comes_before_a_bad_token(graph, sandbox, refused):
    sandbox.fault("code_2")
    graph.use("garbage")
    assert refused(graph.get("me")) == (400, 2, None)


@pytest.mark.parametrize(("kind", "knobs"), [("earthquake", {}), ("slow", {"volume": 11}), ("slow", {"path": "x"})])
def test_what_is_no_fault_is_refused(sandbox, kind, knobs):
    with pytest.raises(ValueError, match="unknown fault|has no knob"):
        sandbox.fault(kind, **knobs)


def test_a_slow_answer_does_not_hold_up_the_others(graph, sandbox):
    sandbox.fault("slow", seconds=30, match={"path_regex": "me$"})
    with pytest.raises(requests.ReadTimeout):
        requests.get(f"{sandbox.url}/v26.0/me", params={"access_token": SYSTEM_USER}, timeout=0.1)
    began = time.monotonic()
    assert graph.get("act_1001").status_code == 200
    assert time.monotonic() - began < 15
