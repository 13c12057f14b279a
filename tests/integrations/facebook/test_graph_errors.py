"""Meta's error codes, line by line as the contract lists them (graph-api.md 6.2, with 3.1, 4.3 and 4.4)."""

from datetime import timedelta

import pytest

from integrations import errors
from integrations.facebook import graph_errors
from integrations.facebook.graph_errors import classify

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SPEC = {
    errors.Unavailable: [1, 2, 5000, -1, -3, (2650, 1870145), (2650, 1870158), 7_654_321, (7_654_321, 33)],
    errors.TooLarge: [(1, 99)],
    errors.RateLimited: [
        4, (4, 1504022), (4, 1504039), 17, (17, 2446079), 32, 341, 368, 613, (613, 1487742), (613, 5044001), 80000,
        80003, (80003, 2446079), 80004, (80004, 2446079), 80014, 1404078, 2859015,
    ],
    errors.TokenRejected: [
        102, 104, 190, *((190, sub) for sub in (458, 459, 460, 463, 464, 467, 492)), (190, 99_999),
    ],
    errors.PermissionMissing: [3, 10, 200, 201, 270, 294, 299, (200, 1)],
    errors.TaskMissing: [273, (2654, 1713092)],
    errors.ApiVersionExpired: [2635],
    errors.TermsNotAccepted: [(200, 1870090), (200, 1870034), 2655, 2663, 2664, 1870092],
    errors.AccessLost: [(200, 1870050)],
    errors.AudienceGone: [(100, 33), 1487301, 1487366, 1870065],
    errors.AudienceFlagged: [(100, 1713230), (100, 1713228), (100, 1713231)],
    errors.AudienceTooSmall: [(200, 1870047)],
    errors.RequestRefused: [
        100, (100, 1713098), 105, 194, 803, 2500, 2650, 2656, 2654, (2654, 1870053), (2654, 1713151), (2654, 1713007),
        *((2650, sub) for sub in (1870147, 1870159, 1870148, 1870144)),
    ],
}  # fmt: skip
LINES = [(entry if isinstance(entry, tuple) else (entry, None), kind) for kind, row in SPEC.items() for entry in row]


def answer(code, subcode=None, status=400, headers=None, **more):
    told = {"message": "(#1) Something", "type": "OAuthException", "code": code, "fbtrace_id": "Atrace", **more}
    return classify(status, {"error": told | ({"error_subcode": subcode} if subcode else {})}, headers or {})


@pytest.mark.parametrize(("numbers", "kind"), LINES)
def test_every_code_of_the_contract_has_its_kind(numbers, kind):
    found = answer(*numbers)
    assert type(found) is kind
    assert (found.code, found.subcode, found.status, found.trace_id) == (*numbers, 400, "Atrace")


def test_every_row_of_the_table_is_in_the_contract():
    assert set(graph_errors.TABLE) <= {numbers for numbers, _ in LINES}


@pytest.mark.parametrize("status", [200, 401, 403, 500, 503])
def test_the_http_status_changes_nothing_where_there_is_a_code(status):
    assert type(answer(190, 463, status=status)) is errors.TokenRejected
    assert type(answer(200, status=status)) is errors.PermissionMissing


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        *((status, errors.Unavailable) for status in (200, 302, 400, 401, 403, 404, 500, 502, 503)),
        (413, errors.TooLarge),
        (429, errors.RateLimited),
    ],
)
def test_without_a_code_the_status_is_all_there_is(status, kind):
    for body in (None, {}, {"error": None}, {"error": "no"}, {"error": {}}, {"error": {"code": "x"}}):
        assert type(classify(status, body)) is kind


@pytest.mark.parametrize("code", [100, 190, 200, 2635, 2656])
def test_what_facebook_calls_passing_is_tried_again(code):
    assert type(answer(code, is_transient=True)) is errors.Unavailable
    assert type(answer(code, is_transient=False)) is not errors.Unavailable


def test_a_throttle_stays_one_though_it_is_called_passing():
    """Else the time to wait would be forgotten, and a clock would start."""
    assert type(answer(80003, is_transient=True)) is errors.RateLimited
    assert type(answer(1, 99, is_transient=True)) is errors.TooLarge


def test_the_two_texts_that_are_read():
    proof = answer(100, message="(#100) API calls from the server require an appsecret_proof argument")
    assert type(proof) is errors.PermissionMissing
    assert type(answer(100, 1713230, message="appsecret_proof")) is errors.AudienceFlagged
    large = answer(1, message="Please reduce the amount of data you're asking for, then retry your request")
    assert type(large) is errors.TooLarge


@pytest.mark.parametrize(
    ("numbers", "wait"),
    [
        ((4,), 10 * MINUTE), ((4, 1504022), 10 * MINUTE), ((17, 2446079), 5 * MINUTE), ((32,), 5 * MINUTE),
        ((613,), HOUR), ((613, 1487742), 5 * MINUTE), ((613, 5044001), MINUTE), ((368,), HOUR), ((80003,), 5 * MINUTE),
        ((1404078,), HOUR), ((2859015,), HOUR),
    ],
)  # fmt: skip
def test_where_no_header_tells_how_long_the_code_does(numbers, wait):
    assert answer(*numbers).wait == wait


def test_a_header_that_tells_how_long_goes_first():
    use = '{"1001":[{"type":"custom_audience","call_count":100,"estimated_time_to_regain_access":7}]}'
    assert answer(613, headers={"X-Business-Use-Case-Usage": use}).wait == 7 * MINUTE


def test_only_a_throttle_waits_and_starts_no_clock():
    for numbers, kind in LINES:
        error = answer(*numbers)
        assert (error.wait is not None) == (kind is errors.RateLimited)
        assert error.starts_clock == (kind is not errors.RateLimited)


def test_the_message_is_never_told_on_since_it_may_quote_what_was_sent():
    error = answer(100, message="Invalid parameter: jane@example.com", error_user_title="Not a list")
    assert "jane" not in str(error) and error.detail == "Not a list"


@pytest.mark.parametrize("subcode", graph_errors.REASONS)
def test_why_a_token_is_refused_is_said_in_words(subcode):
    assert graph_errors.REASONS[subcode] in answer(190, subcode).detail


def test_the_trace_and_the_version_come_from_the_headers_where_the_body_has_none():
    headers = {"X-FB-Trace-ID": "Fheader", "Facebook-API-Version": "v25.0"}
    error = classify(500, None, headers)
    assert (error.trace_id, error.version) == ("Fheader", "v25.0")
