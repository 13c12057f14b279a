"""What can go wrong between Facebook and us, over real sockets: each is seen, named and kept, and nobody is lost."""

from datetime import timedelta

import pytest

from integrations.errors import PartnerError, TooLarge, Unavailable
from integrations.facebook.graph import Graph
from integrations.models import Attempt, CustomAudience, SyncBatch
from tests.cast import ACCOUNT, TOKEN, facebook_step, fate, launch, people, tick

HOUR = timedelta(hours=1)
PASSING = {
    "a page of HTML with a 500": ("http_500_html", {}),
    "a page of HTML with a 503": ("http_500_html", {"status": 503}),
    "a page of HTML though it was done": ("http_500_html", {"work": True}),
    "a page of HTML with a 200": ("html_200", {}),
    "a page of HTML with a 401": ("http_500_html", {"status": 401}),
    "JSON that is cut off": ("truncated_json", {}),
    "an answer shorter than announced": ("cut_off", {}),
    "a 200 that holds an error": ("error_200", {}),
    "an error that is called passing": ("error", {"code": 100, "transient": True}),
    "a service that is down": ("code_2", {}),
    "an unknown code": ("error", {"code": 7_654_321, "subcode": 5}),
    "a negative code": ("error", {"code": -1}),
    "no answer in time": ("slow", {"seconds": 1.2}),
    "a connection that closes before": ("drop_before", {}),
    "a connection that closes after the work": ("drop_after", {}),
    "a connection reset after the work": ("drop_after", {"reset": True}),
    "a 200 without a byte": ("empty_body", {}),
    "a redirect": ("redirect", {}),
    "a redirect for ever": ("redirect", {"status": 308}),
    "fewer rows taken than sent": ("received_short", {}),
}
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("kind", "knobs"), PASSING.values(), ids=PASSING)
def test_it_is_tried_again_and_the_attempt_is_kept(connection, sandbox, now, settings, kind, knobs):
    settings.SYNC_LEASE_SECONDS = 1  # The read times out after 0.8 of it.
    people(3)
    canvas = launch(facebook_step(), at=now)
    sandbox.fault(kind, path_regex="/users", **knobs)
    tick(now)
    assert fate(canvas) == {"pending": 3} and SyncBatch.objects.get().clock_at == now
    tick(now + HOUR)
    assert fate(canvas) == {"synced": 3} and sandbox.audiences()[0]["size"] == 3
    failed, accepted = Attempt.objects.order_by("number")
    assert (failed.outcome, failed.rows, failed.api_version) == ("Unavailable", 3, "v26.0")
    assert (accepted.outcome, accepted.rows, accepted.http_status) == ("accepted", 3, 200)
    assert failed.milliseconds is not None and accepted.milliseconds is not None
    assert failed.session_id != accepted.session_id


def test_the_ledger_has_all_that_facebook_told_of_a_refusal(connection, sandbox, now):
    people(2)
    launch(facebook_step(), at=now)
    sandbox.fault("rate_613", path_regex="/users", seconds=90)
    tick(now)
    attempt, line = Attempt.objects.get(), sandbox.ledger()[-1]
    assert (attempt.outcome, attempt.code, attempt.subcode) == ("RateLimited", 613, 1487742)
    assert (attempt.http_status, attempt.trace_id, attempt.rows) == (400, line["trace_id"], 2)
    assert attempt.api_version == "v26.0"


def test_a_content_type_says_nothing(connection, sandbox, now):
    people(2)
    canvas = launch(facebook_step(), at=now)
    sandbox.fault("wrong_type", path_regex="/users")
    tick(now)
    assert fate(canvas) == {"synced": 2}


def test_a_redirect_takes_the_token_nowhere(connection, sandbox):
    sandbox.fault("redirect", to=f"{sandbox.url}/elsewhere")
    with pytest.raises(Unavailable, match="302"):
        Graph(TOKEN).get("me")
    assert not [line for line in sandbox.ledger() if "elsewhere" in line["path"]]


def test_an_account_is_waited_for_as_long_as_facebook_says(connection, sandbox, now):
    people(2)
    canvas = launch(facebook_step(), at=now)
    sandbox.fault("error", path_regex="/users", code=368)
    tick(now)
    account = CustomAudience.objects.get().ad_account
    assert account.pause_kind == "RateLimited" and account.paused_until == now + HOUR
    tick(now + HOUR)
    assert fate(canvas) == {"synced": 2}


@pytest.mark.parametrize("kind", ["drop_before", "http_500_html", "slow"])
def test_no_error_holds_the_token(connection, sandbox, kind):
    sandbox.fault(kind)
    with pytest.raises(PartnerError) as caught:
        Graph(TOKEN, 0.5).get("debug_token", input_token=TOKEN)
    assert TOKEN not in repr(vars(caught.value)) and caught.value.__context__ is None


def test_a_list_too_large_to_be_read_at_once_is_read_in_smaller_pages(sandbox):
    """Each page is asked for again in half of it, and the pages after it are as small."""
    sandbox.account(ACCOUNT, existing_custom_audiences=60)
    sandbox.fault("code_1", path_regex="/customaudiences", times=2)
    pages = [reply.body["data"] for reply in Graph(TOKEN).pages(f"{ACCOUNT}/customaudiences", fields="id")]
    assert [len(page) for page in pages] == [25, 25, 10]


def test_a_list_that_is_too_large_by_the_piece_is_given_up(sandbox):
    sandbox.fault("code_1", path_regex="/customaudiences", times=50)
    with pytest.raises(TooLarge):
        list(Graph(TOKEN).pages(f"{ACCOUNT}/customaudiences"))
    assert len(sandbox.ledger()) == 5
