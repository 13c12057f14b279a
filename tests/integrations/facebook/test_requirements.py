"""The integration requirements as an admin reads them, each unhappy state made at the sandbox, and ticks by hand."""

from datetime import timedelta

import pytest
from django.utils import timezone

from config.team.models import AuditEvent
from integrations import checking, confirmations, connecting
from integrations.facebook.requirements import all_of
from integrations.models import Connection
from tests.cast import OTHER_TOKEN, TOKEN, connect, user

pytestmark = pytest.mark.django_db
LABELS = [
    "Business Manager", "Ad account", "App", "Custom Audiences terms", "System user token", "App Review permissions",
]  # fmt: skip


@pytest.fixture
def admin(client):
    client.force_login(user("Admin"))
    return client


def only(sandbox, *kept: str) -> None:
    """The sandbox has accounts in trouble from the start: the token sees only these."""
    for account in set(sandbox.world.accounts) - {*kept}:
        sandbox.access(account, False)


def rows(now) -> dict:
    """Requirements by label, as the last check left them."""
    connection = Connection.objects.get()
    accounts = list(connection.ad_accounts.order_by("account_id"))
    seen = [one for one in accounts if one.accessible]
    return {one.label: one for one in all_of(connection if connection.has_token else None, seen, {}, now)}


def words(row) -> str:
    return " ".join(f"{one.words} {one.cure} {one.link}" for one in row.findings)


def checked(sandbox) -> dict:
    now = timezone.now()
    checking.check(Connection.objects.get(), now)
    return rows(now)


def test_all_six_are_met_where_all_is_well(sandbox, now):
    only(sandbox, "act_1001")
    connect(TOKEN, now)
    found = checked(sandbox)
    assert list(found) == LABELS
    assert {one.tone for one in found.values()} == {"good"}, {one.label: words(one) for one in found.values()}
    assert "Northwind" in words(found["Business Manager"]) and "Audience Sync sandbox" in words(found["App"])
    assert found["App"].aside == sandbox.world.settings.app_id


def test_before_there_is_a_token_each_says_that_it_is_not_known(now):
    found = {one.label: one for one in all_of(None, [], {}, now)}
    assert list(found) == LABELS
    assert found["System user token"].tone == "bad" and "paste it here" in words(found["System user token"])
    assert {one.tone for label, one in found.items() if label != "System user token"} == {"off"}


UNHAPPY = {
    "no business": ({"business": None}, "Business Manager", "warn", "No business owns Northwind Store"),
    "unsettled": ({"account_status": 3}, "Ad account", "bad", "Northwind Store (unsettled)"),
    "no task": ({"user_tasks": ["ANALYZE"]}, "Ad account", "bad", "0 of 1 with the task"),
    "terms": ({"tos_accepted": False}, "Custom Audiences terms", "bad", "tos/?act=1001"),
    "limited": ({"tier": "development_access"}, "App Review permissions", "warn", "a batch every 20 s"),
}  # fmt: skip


@pytest.mark.parametrize(("facts", "label", "tone", "told"), UNHAPPY.values(), ids=UNHAPPY)
def test_what_is_wrong_with_the_account_stands_in_its_row_alone(sandbox, now, facts, label, tone, told):
    only(sandbox, "act_1001")
    connect(TOKEN, now)
    sandbox.account("act_1001", **facts)
    found = checked(sandbox)
    assert found[label].tone == tone and told in words(found[label])
    assert {one.tone for other, one in found.items() if other != label} == {"good"}


TOKENS = {
    "a person's": ({"type": "USER"}, "System user token", "warn", "belongs to a person"),
    "ends soon": ({"expires_at": timedelta(days=3, hours=1)}, "System user token", "warn", "in 3 days"),
    "lacks ads_management": ({"scopes": ["ads_read"]}, "App Review permissions", "bad", "lacks ads_management"),
    "for chosen assets": (
        {"granular_scopes": [{"scope": "ads_management", "target_ids": ["1001", "77"]}]},
        "App Review permissions", "warn", "chosen assets only: Northwind Store, 77",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("facts", "label", "tone", "told"), TOKENS.values(), ids=TOKENS)
def test_what_is_wrong_with_the_token_stands_in_its_row(sandbox, now, facts, label, tone, told):
    only(sandbox, "act_1001")
    ends = {name: int((timezone.now() + one).timestamp()) for name, one in facts.items() if isinstance(one, timedelta)}
    sandbox.add_token("ODD-TOKEN-12345", **facts | ends)
    connect("ODD-TOKEN-12345", now)
    row = checked(sandbox)[label]
    assert row.tone == tone and told in words(row)


def test_a_revoked_token_is_told_and_the_rest_stays_as_it_was_read(sandbox, now):
    only(sandbox, "act_1001")
    connect(TOKEN, now)
    sandbox.revoke(TOKEN)
    found = checked(sandbox)
    assert found["System user token"].tone == "bad" and "does not accept it" in words(found["System user token"])
    assert found["Custom Audiences terms"].tone == "good"


def test_a_token_of_another_app_leaves_unknown_what_facebook_does_not_tell(sandbox, now):
    only(sandbox, "act_1001")
    sandbox.add_token("OTHERS-TOKEN-12345", app_id="42")
    connect("OTHERS-TOKEN-12345", now)
    found = checked(sandbox)
    assert found["App"].tone == "off" and found["System user token"].tone == "off"
    assert found["App Review permissions"].tone == "good"


def test_no_account_at_all_is_a_cure(sandbox, now):
    only(sandbox)
    connect(TOKEN, now)
    row = checked(sandbox)["Ad account"]
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
