"""The integration requirements as an admin reads them, each unhappy state made at the sandbox, and ticks by hand."""

import re
from html import unescape

import pytest
from django.utils import timezone

from config.team.models import AuditEvent
from integrations import checking, confirmations, connecting
from integrations.facebook.requirements import all_of
from integrations.models import Connection
from tests.cast import OTHER_TOKEN, TOKEN, connect, user
from tests.unhappy import LABELS, STATES, checked, only

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client):
    client.force_login(user("Admin"))
    return client


def rows(now) -> dict:
    """Requirements by label, as the last check left them."""
    connection = Connection.objects.get()
    accounts = list(connection.ad_accounts.order_by("account_id"))
    seen = [one for one in accounts if one.accessible]
    return {one.label: one for one in all_of(connection if connection.has_token else None, seen, {}, now)}


def words(row) -> str:
    return " ".join(f"{one.words} {one.cure} {one.link}" for one in row.findings)


def check_again() -> dict:
    now = timezone.now()
    checking.check(Connection.objects.get(), now)
    return rows(now)


def test_all_six_are_met_where_all_is_well(sandbox, now):
    only(sandbox, "act_1001")
    connect(TOKEN, now)
    found = check_again()
    assert list(found) == LABELS
    assert {one.tone for one in found.values()} == {"good"}, {one.label: words(one) for one in found.values()}
    assert "Northwind" in words(found["Business Manager"]) and "Audience Sync sandbox" in words(found["App"])
    assert found["App"].aside == sandbox.world.settings.app_id


def test_before_there_is_a_token_each_says_that_it_is_not_known(now):
    found = {one.label: one for one in all_of(None, [], {}, now)}
    assert list(found) == LABELS
    assert found["System user token"].tone == "bad" and "paste it here" in words(found["System user token"])
    assert {one.tone for label, one in found.items() if label != "System user token"} == {"off"}


@pytest.mark.parametrize("state", STATES.values(), ids=STATES)
def test_what_is_wrong_stands_in_its_row_with_its_cure_and_nowhere_else(admin, sandbox, state):
    now = timezone.now()
    checked(state, sandbox, now)
    found = rows(now)
    assert found[state.row].tone == state.tone
    others = {label: one.tone for label, one in found.items() if label not in (state.row, *state.besides)}
    assert set(others.values()) == {"good"}, others
    shown = rows_of(admin.get("/partners/facebook/").content.decode())
    assert list(shown) == LABELS
    assert [words for words in state.told if words not in shown[state.row]] == [], shown[state.row]


def rows_of(page: str) -> dict[str, str]:
    """What stands in each row of the checklist as the page shows it, with the addresses of its links."""
    lines = re.findall(r'<li class="check">(.*?)</li>', page, re.DOTALL)
    plain = [" ".join(unescape(re.sub(r'<a href="([^"]*)"|<[^>]*>', r" \1 ", line)).split()) for line in lines]
    labels = [re.search("<strong>(.*?)</strong>", line)[1] for line in lines]
    return dict(zip(labels, plain, strict=True))


def test_a_token_of_another_app_leaves_unknown_what_facebook_does_not_tell(sandbox, now):
    only(sandbox, "act_1001")
    sandbox.add_token("OTHERS-TOKEN-12345", app_id="42")
    connect("OTHERS-TOKEN-12345", now)
    found = check_again()
    assert found["App"].tone == "off" and found["System user token"].tone == "off"
    assert found["App Review permissions"].tone == "good"


def test_no_account_at_all_is_a_cure(sandbox, now):
    only(sandbox)
    connect(TOKEN, now)
    row = check_again()["Ad account"]
    assert row.tone == "bad" and "Assign the ad account" in words(row)


def test_the_page_counts_what_is_met_and_shows_the_way(admin, connection, sandbox):
    page = admin.get("/partners/facebook/").content.decode()
    assert "Integration requirements" in page and "met ·" in page
    assert "/partners/facebook/app-review/" in page
    connecting.disconnect("facebook", timezone.now())
    page = admin.get("/partners/facebook/").content.decode()
    assert "Checked as soon as a token is connected." in page and "1 not met" in page


def test_the_way_through_app_review_tells_what_is_known(admin, connection, sandbox):
    page = admin.get("/partners/facebook/app-review/").content.decode()
    for told in ("Live Mode", "Marketing API Access Tier", "business_management", "Audience Sync sandbox", "Submit it"):
        assert told in page


def test_a_tick_keeps_who_and_when_and_can_be_taken_back(admin, client):
    for what in ("business", "live"):
        assert admin.post(f"/partners/facebook/tick/{what}/").url == "/partners/facebook/"
    admin.post("/partners/facebook/tick/live/")
    assert confirmations.of("facebook")["live"].by == user("Admin")
    page = admin.get("/partners/facebook/").content.decode()
    assert page.count("ticked by admin@example.com") == 2 and "“App is Live” ticked" in page
    admin.post("/partners/facebook/untick/live/")
    admin.post("/partners/facebook/untick/live/")
    assert list(confirmations.of("facebook")) == ["business"]
    told = AuditEvent.objects.filter(target="facebook").values_list("action", flat=True)
    assert sorted(told) == ["requirement.ticked", "requirement.ticked", "requirement.unticked"]
    assert admin.post("/partners/facebook/tick/anything/").status_code == 404
    assert admin.post("/partners/nobody/tick/live/").status_code == 404


def test_replacing_says_that_the_old_token_stays_valid(admin, connection):
    answer = admin.post("/partners/facebook/token/", {"token": OTHER_TOKEN}, follow=True)
    assert "The old token stays valid at Facebook until it is revoked there." in answer.content.decode()
