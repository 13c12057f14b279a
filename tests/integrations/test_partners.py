"""Technology Partners: the token goes in and never out; the page says what is wrong, what waits, and what to do."""

import logging
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.utils import timezone

from canvas.models import Canvas
from config.team.models import AuditEvent
from integrations import connecting, partner, pauses
from integrations.errors import AudienceGone, RateLimited, TermsNotAccepted
from integrations.facebook.partner import Facebook
from integrations.models import AdAccount, Connection, ConnectionSecret, CustomAudience, SyncBatch
from tests.cast import OTHER_TOKEN, TOKEN, connect, facebook_step, fate, launch, people, tick, user
from tests.unhappy import spoilt

pytestmark = pytest.mark.django_db
PAGE, SET, CHECK, DISCONNECT = (f"/partners/facebook/{word}" for word in ("", "token/", "check/", "disconnect/"))


@pytest.fixture
def admin(client):
    client.force_login(user("Admin"))
    return client


def paste(client, token: str, path: str = SET):
    return client.post(path, {"token": token}, follow=True)


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize("role", [None, "Viewer", "Marketer"])
@pytest.mark.parametrize("path", ["/partners/", PAGE, DISCONNECT])
def test_only_an_admin_sees_it(client, connection, role, path):
    if role:
        client.force_login(user(role))
    answer = client.get(path)
    assert answer.status_code == (403 if role else 302)
    assert TOKEN[-4:] not in text(answer)


@pytest.mark.parametrize("role", [None, "Viewer", "Marketer"])
@pytest.mark.parametrize("path", [SET, CHECK, DISCONNECT])
def test_only_an_admin_changes_it(client, connection, role, path):
    if role:
        client.force_login(user(role))
    assert client.post(path, {"token": OTHER_TOKEN}).status_code == (403 if role else 302)
    assert ConnectionSecret.objects.get().token == TOKEN


@pytest.mark.parametrize("path", [SET, CHECK, "/partners/facebook/retry/connection/1/"])
def test_what_changes_something_is_never_a_get(admin, connection, path):
    assert admin.get(path).status_code == 405


@pytest.mark.parametrize("path", ["", "token/", "check/", "disconnect/", "retry/connection/1/"])
def test_there_is_no_page_for_an_unknown_partner(admin, db, path):
    assert 404 in {admin.get(f"/partners/acme/{path}").status_code, admin.post(f"/partners/acme/{path}").status_code}


def test_before_a_token_the_page_says_what_to_do(admin, sandbox):
    assert "Facebook is not connected" in text(admin.get(PAGE))
    assert "No token is connected" in text(admin.get("/partners/"))


def test_a_token_is_verified_kept_and_shown_by_its_end_only(admin, sandbox):
    page = text(paste(admin, f"  {TOKEN}\n"))
    assert "Facebook accepts the token." in page and "•••• •••• OKEN" in page
    assert "System user" in page and "Sandbox system user" not in page
    assert TOKEN not in page
    assert ConnectionSecret.objects.get().token == TOKEN
    event = AuditEvent.objects.get()
    assert (event.action, event.actor.email, event.details) == ("token.set", "admin@example.com", {"last4": "OKEN"})


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "No token was given"),
        ("two words here", "not copied whole"),
        ("tiny", "too short"),
        ("UNKNOWN-TO-FACEBOOK-12345", "Nothing was changed"),
    ],
)
def test_a_refused_token_is_told_beside_the_field_and_changes_nothing(admin, connection, typed, why):
    answer = paste(admin, typed)
    assert why in text(answer) and 'aria-invalid="true"' in text(answer)
    assert not typed or typed not in text(answer)
    assert ConnectionSecret.objects.get().token == TOKEN
    assert not AuditEvent.objects.filter(via="dashboard").exists()


def test_when_facebook_is_away_the_page_says_try_again(admin, connection, sandbox):
    sandbox.fault("http_500_html", times=5)
    assert "Try again." in text(paste(admin, OTHER_TOKEN))
    assert ConnectionSecret.objects.get().token == TOKEN


def test_the_token_is_in_no_answer_and_no_log(admin, connection, sandbox, now, caplog, settings):
    caplog.set_level(logging.DEBUG)
    people(2)
    launch(facebook_step(), at=now)
    tick(now)
    sandbox.revoke(TOKEN)
    answers = [admin.post(CHECK, follow=True), paste(admin, TOKEN), paste(admin, OTHER_TOKEN), admin.get(PAGE)]
    answers += [admin.get(DISCONNECT), admin.post(DISCONNECT, follow=True), admin.get("/"), admin.get("/partners/")]
    told = "".join(map(text, answers)) + caplog.text + str(list(AuditEvent.objects.values()))
    assert answers[1].status_code == 200
    assert TOKEN not in told and OTHER_TOKEN not in told


class Broken(Facebook):
    """A partner whose code has a fault of its own."""

    key = "broken"

    def verify(self, token: str):
        raise ZeroDivisionError


@pytest.mark.parametrize("debug", [True, False])
def test_an_error_page_shows_no_token(admin, sandbox, monkeypatch, settings, caplog, debug):
    monkeypatch.setitem(partner.PARTNERS, "broken", Broken())
    settings.DEBUG = debug
    admin.raise_request_exception = False
    answer = paste(admin, TOKEN, "/partners/broken/token/")
    assert answer.status_code == 500 and TOKEN not in text(answer) and TOKEN not in caplog.text
    assert ("ZeroDivisionError" in text(answer)) is debug


def test_a_revoked_token_is_told_and_a_new_one_sends_who_waited(admin, connection, sandbox, now):
    people(4)
    canvas = launch(facebook_step(), at=now)
    sandbox.revoke(TOKEN)
    tick(now)
    page = text(admin.get(PAGE))
    assert "The system user token is not accepted any more." in page and "it was revoked" in page
    assert "4 people wait for it; nobody is lost" in page and "Retry now" in page
    page = text(paste(admin, OTHER_TOKEN))
    assert "Facebook accepts the new token. 4 people who wait go on now." in page
    assert "stays valid at Facebook until it is revoked there" in page and "Connected" in page
    tick(timezone.now())
    assert fate(canvas) == {"synced": 4}


def test_a_check_finds_a_revoked_token_and_holds_the_connection(admin, connection, sandbox):
    sandbox.revoke(TOKEN)
    page = text(admin.post(CHECK, follow=True))
    assert "Checked now: The system user token is not accepted any more." in page
    assert Connection.objects.get().pause_kind == "TokenRejected"


def test_a_check_finds_a_restored_token_and_lets_people_go(admin, connection, sandbox, now):
    people(3)
    canvas = launch(facebook_step(), at=now)
    sandbox.revoke(TOKEN)
    tick(now)
    sandbox.restore(TOKEN)
    assert "Checked now: Connected." in text(admin.post(CHECK, follow=True))
    tick(timezone.now())
    assert fate(canvas) == {"synced": 3}


def test_a_mended_probe_takes_back_what_a_check_had_said(connection, sandbox, now):
    Connection.objects.update(facts={"valid": False, "scopes": ["ads_management"]}, reachable=False)
    connection.refresh_from_db()
    assert pauses.probe(connection, now)
    connection.refresh_from_db()
    assert connection.facts["valid"] and connection.reachable and connection.checked_at == now


def test_a_check_counts_the_rooms_of_all_accounts(admin, connection, sandbox):
    sandbox.account("act_1002", name="Second", existing_custom_audiences=497)
    assert "not counted yet" in text(admin.get(PAGE))
    page = text(admin.post(CHECK, follow=True))
    assert "497 of 500" in page and "not counted yet" not in page


def test_a_check_without_facebook_keeps_what_stood(admin, connection, sandbox):
    sandbox.fault("http_500_html", times=5)
    page = text(admin.post(CHECK, follow=True))
    assert "Checked now: Not reached at the last check." in page
    assert Connection.objects.get().facts["type"] == "SYSTEM_USER"


def test_accounts_are_told_in_words(admin, connection, sandbox):
    sandbox.account("act_1001", account_status=3, tos_accepted=False, user_tasks=["ANALYZE"], tier="development_access")
    page = text(admin.post(CHECK, follow=True))
    told = ("Unsettled", "Not accepted", "No task", "development access", "a batch every 20 s", "tos/?act=1001")
    for words in told:
        assert words in page
    sandbox.access("act_1001", False)
    assert "Access lost" in text(admin.post(CHECK, follow=True))


def test_the_kind_of_token_and_its_expiry_are_judged(admin, sandbox):
    soon = int((timezone.now() + timedelta(days=11, hours=1)).timestamp())
    sandbox.add_token("A-PERSONS-TOKEN-123", type="USER", scopes=["ads_read"], expires_at=soon)
    page = text(paste(admin, "A-PERSONS-TOKEN-123"))
    for words in ("The token belongs to a person", "in 11 days", "The token lacks ads_management."):
        assert words in page


def test_a_paused_account_and_audience_are_told_with_who_waits(admin, connection, now):
    people(6)
    launch(facebook_step(), at=now)
    tick_without_sending(now)
    pauses.pause(AdAccount.objects.get(account_id="act_1001"), TermsNotAccepted(), now)
    pauses.pause(CustomAudience.objects.get(), AudienceGone(), now)
    page = text(admin.get(PAGE))
    assert page.count("6 people wait for it") == 2
    assert "Win back: The custom audience was deleted at Facebook." in page


def tick_without_sending(now):
    """Somebody else holds the only connection, so that everybody stays in a sealed batch."""
    pauses.pause(Connection.objects.get(), AudienceGone(), now)
    tick(now)
    pauses.lift(Connection.objects.get())
    assert SyncBatch.objects.get().size == 6


def test_a_throttle_is_told_and_goes_on_by_itself(admin, connection):
    account = AdAccount.objects.get(account_id="act_1001")
    pauses.pause(account, RateLimited(wait=timedelta(minutes=40)), timezone.now())
    page = text(admin.get(PAGE))
    assert "asked us to slow down" in page and "It goes on at" in page and "Retry now" not in page


def test_a_marketer_retries_a_paused_audience_and_comes_back(client, connection, now):
    people(1)
    launch(facebook_step(), at=now)
    audience = CustomAudience.objects.get()
    pauses.pause(audience, AudienceGone(), now)
    path = f"/partners/facebook/retry/audience/{audience.pk}/"
    assert client.post(path).url.startswith("/accounts/login/")
    client.force_login(user("Viewer"))
    assert client.post(path).status_code == 403
    client.force_login(user("Marketer"))
    assert client.post(path, {"next": "/canvases/"}).url == "/canvases/"
    audience.refresh_from_db()
    assert audience.paused_until is None
    assert client.post(path, {"next": "https://evil.example/"}).url == "/"
    assert client.post(path, {"next": "//evil.example/"}).url == "/"


def test_retry_knows_only_what_there_is(admin, connection):
    for place in ("account/999", "planet/1", "connection/999"):
        assert admin.post(f"/partners/facebook/retry/{place}/").status_code == 404


def test_disconnecting_says_what_it_stops_then_keeps_all_but_the_token(admin, connection, sandbox, now):
    people(3)
    canvas = launch(facebook_step(), at=now)
    sandbox.revoke(TOKEN)
    tick(now)
    asked = text(admin.get(DISCONNECT))
    assert "1 active Canvas" in asked and "3 people wait" in asked and "Win back" in asked
    assert ConnectionSecret.objects.exists()
    page = text(admin.post(DISCONNECT, follow=True))
    assert "No token is connected" in page and "Win back" in page and "Retry now" not in page
    assert not ConnectionSecret.objects.exists()
    assert CustomAudience.objects.count() == 1 and AdAccount.objects.exists()
    batch = SyncBatch.objects.get()
    assert (batch.state, batch.cause, batch.clock_at) == ("sealed", "TokenRejected", now)
    assert batch.cause_detail == "No token is connected."
    assert fate(canvas) == {"pending": 3}
    assert AuditEvent.objects.latest("pk").action == "token.removed"
    lists = text(admin.get("/partners/audiences/"))
    assert "No token is connected." in lists and "not accepted" not in lists
    admin.post(f"/canvases/{canvas.pk}/duplicate/")
    dialog = admin.get(f"/canvases/{Canvas.objects.latest('pk').pk}/steps/fb/")
    assert "Northwind Store · act_1001 (not connected)" in text(dialog)


def test_who_comes_while_disconnected_waits_and_goes_with_the_next_token(admin, connection, now):
    people(2)
    admin.post(DISCONNECT)
    canvas = launch_disconnected(now)
    later = timezone.now()
    tick(later)
    tick(later + timedelta(minutes=16))
    batch = SyncBatch.objects.get()
    assert (batch.cause, batch.cause_detail) == ("TokenRejected", "No token is connected.") and batch.clock_at
    assert "Token replaced" not in text(paste(admin, OTHER_TOKEN))
    tick(later + timedelta(minutes=17))
    assert fate(canvas) == {"synced": 2}


def launch_disconnected(now):
    """A Canvas that was launched in time: its people come when the token is gone already."""
    connect(TOKEN, now)
    canvas = launch(facebook_step(), at=now)
    connecting.disconnect("facebook", now)
    return canvas


def test_disconnecting_twice_is_once(admin, connection):
    assert admin.post(DISCONNECT).status_code == 302
    assert admin.post(DISCONNECT).status_code == 302
    assert AuditEvent.objects.filter(action="token.removed").count() == 1
    assert admin.get(DISCONNECT).status_code == 302


def test_history_tells_who_did_what(admin, sandbox):
    paste(admin, TOKEN), paste(admin, OTHER_TOKEN), admin.post(DISCONNECT)
    page = text(admin.get(PAGE))
    for words in ("Connected, •••• OKEN", "Token replaced, •••• -TWO", "Disconnected", "admin@example.com, dashboard"):
        assert words in page


def test_many_troubles_are_folded_after_the_worst(admin, connection, now):
    rows = [AdAccount(connection=connection, account_id=f"act_{n}", name=f"N {n}") for n in range(5000, 5012)]
    for account in AdAccount.objects.bulk_create(rows):
        pauses.pause(account, TermsNotAccepted(), now)
    page = text(admin.get(PAGE))
    assert page.count("Retry now") == 12 and "4 more are held back" in page


@pytest.mark.parametrize("count", [1, 60])
def test_queries_are_constant(admin, connection, now, django_assert_max_num_queries, count):
    people(1)
    rows = [AdAccount(connection=connection, account_id=f"act_{n}", name=f"N {n}") for n in range(5000, 5000 + count)]
    for number, account in enumerate(AdAccount.objects.bulk_create(rows)):
        if number < 3:
            pauses.pause(account, TermsNotAccepted(), now)
    launch(*(facebook_step(f"fb{n}", audience_name=f"A {n}") for n in range(min(count, 8))), at=now)
    tick(now)
    for path, most in ((PAGE, 17), (DISCONNECT, 12), ("/partners/", 9)):
        with django_assert_max_num_queries(most):
            assert admin.get(path).status_code == 200


def test_the_date_of_an_expired_token_is_told(admin, connection):
    facts = Connection.objects.get().facts | {"expires_at": int(datetime(2026, 1, 2, tzinfo=UTC).timestamp())}
    Connection.objects.update(facts=facts)
    assert "It expired on 2 Jan 2026" in text(admin.get(PAGE))


def test_where_a_token_is_refused_help_is_one_click_away(admin, connection):
    assert "/help/my-token-was-refused/" not in text(admin.get(PAGE))
    assert 'href="/help/my-token-was-refused/"' in text(paste(admin, "SANDBOX-NOBODY-KNOWS-IT"))


def test_a_token_that_no_key_opens_is_not_called_refused_by_facebook(admin, connection, sandbox, now):
    people(2)
    canvas = launch(facebook_step(), at=now)
    spoilt(sandbox, now)
    tick(now)
    page = text(admin.post(CHECK, follow=True))
    assert "The stored system user token can't be read." in unescape(page) and "does not accept" not in page
    assert fate(canvas) == {"pending": 2} and Connection.objects.get().pause_kind == "TokenUnreadable"
    assert "2 people who wait go on now." in text(paste(admin, TOKEN))
    tick(timezone.now())
    assert fate(canvas) == {"synced": 2} and "refusal" not in Connection.objects.get().facts
