"""The launch checks of a Facebook Audience Step, on facts that came over HTTP."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from canvas import launch as launching
from canvas.document import Draft, read
from canvas.models import Canvas, Entry
from integrations import checking
from integrations.facebook import checks
from integrations.models import AdAccount, Connection, CustomAudience
from tests.cast import ACCOUNT, TOKEN, document, draft, facebook_step, launch, people, tick

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
CLOSED = "act_1003"


@pytest.fixture(autouse=True)
def somebody(db):
    people(1)


def checked(source: dict, now) -> list:
    """All problems, after the snapshots were renewed."""
    read_source = read(source)
    launching.refresh(read_source, now)
    return launching.problems(Draft(read_source, now))


def told(now, *steps: dict, **settings) -> list[tuple]:
    """(id, step, field) of everything that is told."""
    found = checked(document(*(steps or [facebook_step(**settings)])), now)
    return [(each.id, each.step, each.field) for each in found]


def expiring(sandbox, days: float) -> None:
    sandbox.add_token(TOKEN, expires_at=int(time.time() + days * 86400))


def test_a_step_that_is_right_has_no_problem(connection, now):
    assert told(now) == []


def test_e001_no_token_connected(sandbox, now):
    assert told(now) == [("facebook.E001", None, None)]


@pytest.mark.parametrize(
    ("subcode", "reason"), [(467, "revoked"), (463, "expired"), (458, "removed"), (492, "role"), (None, "190")]
)
def test_e002_the_token_is_not_accepted_and_why(connection, sandbox, now, subcode, reason):
    sandbox.revoke(TOKEN, subcode)
    (found,) = checked(document(facebook_step()), now)
    assert found.id == "facebook.E002" and reason in found.message and "Replace it" in found.hint


def test_e002_a_token_that_expired(connection, sandbox, now):
    sandbox.add_token(TOKEN, expires_at=int(time.time()) - 60)
    (found,) = checked(document(facebook_step()), now)
    assert found.id == "facebook.E002" and "expired" in found.message


def test_e003_the_token_lacks_ads_management(connection, sandbox, now):
    sandbox.add_token(TOKEN, scopes=["ads_read"])
    assert told(now) == [("facebook.E003", None, None)]


def test_e003_the_token_may_not_even_list_accounts(connection, sandbox, now):
    sandbox.add_token(TOKEN, scopes=["business_management"])
    assert told(now) == [("facebook.E003", None, None)]


@pytest.mark.parametrize("chosen", ["", "  "])
def test_e004_no_ad_account_selected(connection, now, chosen):
    assert told(now, ad_account=chosen) == [("facebook.E004", "fb", "ad_account")]


def test_e005_an_account_that_the_token_never_saw(connection, now):
    assert told(now, ad_account="act_9") == [("facebook.E005", "fb", "ad_account")]


def test_e005_access_was_taken_away(connection, sandbox, now):
    sandbox.access(ACCOUNT, False)
    assert told(now) == [("facebook.E005", "fb", "ad_account")]


def test_e006_the_account_is_not_active(connection, sandbox, now):
    assert told(now, ad_account=CLOSED) == [("facebook.E006", "fb", "ad_account")]
    for status in (1, 8, 9):
        sandbox.account(CLOSED, account_status=status)
        assert told(now, ad_account=CLOSED) == []


def test_e007_no_task_to_create_audiences(connection, sandbox, now):
    assert told(now, ad_account="act_1004") == [("facebook.E007", "fb", "ad_account")]
    sandbox.account("act_1004", user_tasks=None)
    assert told(now, ad_account="act_1004") == []


def test_e008_no_audience_name(connection, now):
    assert told(now, audience_name=" ") == [("facebook.E008", "fb", "audience_name")]


def test_e009_no_field_to_match(connection, now):
    assert told(now, fields=[]) == [("facebook.E009", "fb", "fields")]


def test_e010_no_room_for_all_new_audiences_of_the_canvas(connection, sandbox, now):
    steps = facebook_step("one", "two"), facebook_step("two", audience_name="Other")
    sandbox.account(ACCOUNT, existing_custom_audiences=498, existing_other_audiences=30)
    assert told(now, *steps) == []
    sandbox.account(ACCOUNT, existing_custom_audiences=499)
    assert told(now, *steps) == [("facebook.E010", "one", "ad_account")]


def test_e010_an_audience_that_was_made_before_needs_no_room(connection, sandbox, now):
    sandbox.account(ACCOUNT, existing_custom_audiences=499)
    sandbox.fault("drop_after", method="POST", path_regex="customaudiences")
    sandbox.fault("http_500_html", method="GET", path_regex="customaudiences", after=5)
    canvas = draft(facebook_step())
    with pytest.raises(launching.NotLaunched, match="E012"):
        launching.launch(canvas, now)
    launching.launch(canvas, now)
    assert len([one for one in sandbox.audiences() if one["name"] == "Win back"]) == 1


def test_e011_terms_not_accepted_with_the_accounts_link(connection, now):
    (found,) = checked(document(facebook_step(ad_account="act_1002")), now)
    assert (found.id, found.step, found.field) == ("facebook.E011", "fb", "ad_account")
    assert "customaudiences/tos/?act=1002" in found.hint


def test_what_may_not_be_read_of_an_account_stops_nothing(connection, sandbox, now):
    sandbox.fault("field_refused", field="tos_accepted", times=None)
    assert told(now, ad_account="act_1002") == []


def test_e012_an_expired_version_of_the_api_is_told_with_its_cure(connection, now, settings):
    settings.FACEBOOK_GRAPH_VERSION = "v20.0"
    (found,) = checked(document(facebook_step()), now)
    assert found.id == "facebook.E012" and "has expired" in found.message and "FACEBOOK_GRAPH_VERSION" in found.hint


def test_e012_a_throttle_is_told_as_one(connection, sandbox, now):
    sandbox.fault("rate_80003", path_regex="customaudiences")
    (found,) = checked(document(facebook_step()), now)
    assert found.id == "facebook.E012" and "asked us to slow down" in found.message


@pytest.mark.parametrize("kind", ["drop_before", "http_500_html", "html_200", "code_2", "rate_80003"])
@pytest.mark.parametrize("path", ["debug_token", "me/adaccounts", "act_1001/customaudiences"])
def test_e012_facebook_could_not_be_reached(connection, sandbox, now, kind, path):
    sandbox.fault(kind, path_regex=path, times=None)
    (found,) = checked(document(facebook_step()), now)
    assert (found.id, found.step) == ("facebook.E012", None)
    assert "Nothing was changed" in found.hint
    sandbox.clear_faults()
    assert told(now) == []


def test_e012_nobody_answers_in_time_however_many_accounts_there_are(connection, sandbox, now, monkeypatch):
    numbers = [f"act_20{n}" for n in range(12)]
    for number in numbers:
        sandbox.account(number)
    steps = [facebook_step(number, ad_account=number) for number in numbers]
    assert not launching.errors(checked(document(*steps), now))
    monkeypatch.setattr(checking, "SECONDS", 0.5)
    sandbox.fault("slow", path_regex="customaudiences", seconds=20, first="wait", times=None)
    began = time.monotonic()
    found = checked(document(*steps), now)
    assert time.monotonic() - began < 10
    assert [each.id for each in found if each.level == "error"] == ["facebook.E012"]
    assert "longer than 0.5 seconds" in found[0].message or "too long to answer" in found[0].message


def test_several_accounts_are_read_at_once(connection, sandbox, now):
    numbers = [f"act_20{n}" for n in range(6)]
    for number in numbers:
        sandbox.account(number, existing_custom_audiences=500)
    sandbox.fault("slow", path_regex="customaudiences", seconds=0.2, first="wait", times=None)
    began = time.monotonic()
    found = checked(document(*(facebook_step(number, ad_account=number) for number in numbers)), now)
    assert time.monotonic() - began < 6 * 5 * 0.2
    assert [(each.id, each.step) for each in found if each.level == "error"] == [("facebook.E010", n) for n in numbers]


def test_w001_nobody_has_any_chosen_field(connection, now):
    assert told(now, fields=["phone", "date_of_birth"]) == [
        ("facebook.W001", "fb", "fields"),
    ]
    people(3, phone="12", date_of_birth="1899-12-31")
    assert told(now, fields=["phone", "date_of_birth"]) == [("facebook.W001", "fb", "fields")], "can't be matched"
    people(1, phone="+1 650 555 1212")
    assert told(now, fields=["phone", "date_of_birth"]) == []


def test_w001_looks_at_no_more_values_than_it_says(connection, now, monkeypatch):
    monkeypatch.setattr(checks, "LOOKED_AT", 2)
    people(2, phone="12"), people(1, phone="+1 650 555 1212")
    assert told(now, fields=["phone"]) == [("facebook.W001", "fb", "fields")]


def test_w002_the_token_expires_within_14_days(connection, sandbox, now):
    later = now + 13 * DAY
    sandbox.add_token(TOKEN, expires_at=int(later.timestamp()))
    assert told(now) == [("facebook.W002", None, None)]
    assert told(now - 2 * DAY) == []


@pytest.mark.parametrize("name", ["Cancer patients", "Low income", "diabetes"])
def test_w003_a_name_that_may_be_flagged(connection, now, name):
    assert told(now, audience_name=name) == [("facebook.W003", "fb", "audience_name")]


def test_w004_the_development_tier(connection, sandbox, now):
    sandbox.account(ACCOUNT, tier="development_access")
    assert told(now) == [("facebook.W004", "fb", "ad_account")]
    sandbox.account(ACCOUNT, tier="standard_access")
    assert told(now) == []
    assert AdAccount.objects.get(account_id=ACCOUNT).send_interval == 5


@pytest.mark.parametrize(
    ("fields", "identify"),
    [
        (["country", "gender"], False),
        (["first_name", "last_name"], False),
        (["first_name", "zip"], False),
        (["first_name", "last_name", "zip"], True),
        (["first_initial", "last_name", "date_of_birth"], True),
        (["external_id"], True),
        (["mobile_advertiser_id"], True),
    ],
)
def test_w005_only_fields_that_identify_nobody(connection, now, fields, identify):
    somebody = dict.fromkeys(("country", "gender", "first_name", "last_name"), "F")
    people(1, zip="94025", mobile_advertiser_id="6d92078a-8246-4ba4-ae5b-76104861e7dc", **somebody)
    assert told(now, fields=fields) == ([] if identify else [("facebook.W005", "fb", "fields")])


def test_w006_the_last_check_is_older_than_a_day_until_a_launch_renews_it(connection, now):
    source = read(document(facebook_step()))
    (stale,) = launching.problems(Draft(source, now + DAY + timedelta(seconds=1)))
    assert (stale.id, stale.level) == ("facebook.W006", "warning")
    assert told(now + 2 * DAY) == []
    assert Connection.objects.get().checked_at == now + 2 * DAY


def test_all_warnings_are_told_and_do_not_stop_the_launch(connection, sandbox):
    now = timezone.now()  # the sandbox judges a token by the real clock
    expiring(sandbox, 13)
    sandbox.account(ACCOUNT, tier="development_access")
    canvas = draft(facebook_step(audience_name="Debtors", fields=["gender"]))
    warnings = launching.launch(canvas, now)
    assert {each.id for each in warnings} == {f"facebook.W00{n}" for n in (1, 2, 3, 4, 5)}
    assert canvas.status == Canvas.Status.ACTIVE


def test_every_trouble_of_every_step_is_told_at_once(connection, sandbox, now):
    sandbox.add_token(TOKEN, scopes=["ads_read"])
    steps = [
        facebook_step("a", "b", ad_account=""),
        facebook_step("b", "c", ad_account="act_1002", audience_name=""),
        facebook_step("c", "d", ad_account=CLOSED, fields=[]),
        facebook_step("d", "e", ad_account="act_1004", fields=["gender"]),
        facebook_step("e", ad_account="act_9"),
    ]
    found = told(now, *steps)
    assert sorted(found, key=str) == sorted(
        [
            ("facebook.E003", None, None), ("facebook.E004", "a", "ad_account"), ("facebook.E011", "b", "ad_account"),
            ("facebook.E008", "b", "audience_name"), ("facebook.E006", "c", "ad_account"),
            ("facebook.E009", "c", "fields"), ("facebook.E007", "d", "ad_account"), ("facebook.W005", "d", "fields"),
            ("facebook.W001", "d", "fields"), ("facebook.E005", "e", "ad_account"),
        ],
        key=str,
    )  # fmt: skip
    assert not CustomAudience.objects.exists() and sandbox.audiences() == []


def test_blanks_around_an_ad_account_are_nobodys_trouble(connection, sandbox, now):
    canvas = launch(facebook_step(ad_account=f" {ACCOUNT} "), at=now)
    tick(now)
    assert Entry.objects.filter(canvas=canvas).count() == 1 and sandbox.audiences()[0]["size"] == 1


@pytest.mark.parametrize(
    ("fault", "identity"),
    [
        ({"code": 2654, "subcode": 1713092}, "facebook.E007"),
        ({"code": 2654, "subcode": 99}, "facebook.E013"),
        ({"code": 200, "subcode": 1870090}, "facebook.E011"),
        ({"code": 200}, "facebook.E003"),
        ({"code": 190, "subcode": 467}, "facebook.E002"),
        ({"code": 2}, "facebook.E012"),
        ({"code": 17}, "facebook.E012"),
    ],
)
def test_what_only_the_creation_finds_is_told_like_its_check(connection, sandbox, now, fault, identity):
    sandbox.fault("error", method="POST", path_regex="customaudiences", **fault)
    canvas = draft(facebook_step())
    with pytest.raises(launching.NotLaunched) as refusal:
        launching.launch(canvas, now)
    (found,) = refusal.value.problems
    assert (found.id, found.step) == (identity, "fb") and "by itself; tell" not in found.hint
    assert canvas.status == Canvas.Status.DRAFT
    launching.launch(canvas, now)
    assert [one["name"] for one in sandbox.audiences()] == ["Win back"]
