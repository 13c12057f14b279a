"""What breaks at Facebook is found, told once to who wants to know, again each day, and once more when it works."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from canvas.models import Canvas
from config.team import notices
from config.team.models import Notice, NoticeChoice, User
from integrations import checking, connecting, incidents, pauses
from integrations.errors import TermsNotAccepted
from integrations.models import AdAccount, Connection, CustomAudience, Incident
from tests.cast import OTHER_TOKEN, TOKEN, connect, facebook_step, fate, launch, people, tick, user

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def cast() -> dict[str, User]:
    """An admin, a marketer who makes the Canvas, another who doesn't, and somebody who only looks."""
    found = {role: user(role) for role in ("Admin", "Marketer", "Viewer")}
    other = User.objects.create(email="other@example.com")
    other.groups.set(found["Marketer"].groups.all())
    return found | {"Other": other}


@pytest.fixture
def canvas(connection, cast, now) -> Canvas:
    people(3)
    made = launch(facebook_step(), at=now)
    Canvas.objects.filter(pk=made.pk).update(author=cast["Marketer"])
    tick(now)
    return made


def told(title: str = "") -> list[str]:
    return sorted(Notice.objects.filter(title__contains=title).values_list("user__email", flat=True))


def titles(email: str = "admin@example.com") -> list[str]:
    return list(Notice.objects.filter(user__email=email).order_by("pk").values_list("title", flat=True))


def letters(email: str = "admin@example.com") -> list:
    return [one for one in mail.outbox if one.to == [email]]


def test_a_revoked_token_is_told_once_and_then_that_it_works_again(canvas, sandbox, now):
    sandbox.revoke(TOKEN)
    tick(now + HOUR + timedelta(minutes=1))
    assert told() == ["admin@example.com", "marketer@example.com"]
    assert titles() == ["Facebook: The system user token is not accepted any more"]
    first = letters()[0]
    assert "Replace it on Technology Partners." in first.body and "Win back" in first.body
    assert "https://audience.example.com/partners/facebook/" in first.body
    assert "partners/facebook" not in letters("marketer@example.com")[0].body
    tick(now + HOUR + timedelta(minutes=5))
    assert len(letters()) == 1
    connect(OTHER_TOKEN, now + 2 * HOUR)
    tick(now + 2 * HOUR)
    assert titles()[1:] == ["Facebook works again"] and len(letters()) == 2
    assert Incident.objects.get().ended_at == now + 2 * HOUR
    assert fate(canvas) == {"synced": 3}


def test_it_is_found_by_itself_within_the_hour_though_nobody_is_sent(canvas, sandbox, now):
    sandbox.revoke(TOKEN)
    tick(now + timedelta(minutes=59))
    assert not Incident.objects.exists()
    tick(now + HOUR)
    assert Incident.objects.get().scope == "connection"


def test_a_reminder_comes_each_day(canvas, sandbox, now):
    sandbox.revoke(TOKEN)
    for hours in (1, 2, 12, 24, 26, 40, 49, 51):
        tick(now + hours * HOUR)
    assert len(letters()) == 3


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"tos_accepted": False}, "terms of Northwind Store are not accepted"),
        ({"account_status": 2}, "is disabled"),
        ({"user_tasks": ["ANALYZE"]}, "may not create audiences"),
        ({"existing_custom_audiences": 500}, "no room for another one"),
    ],
)
def test_an_account_that_a_canvas_uses_is_told_when_the_check_finds_it(canvas, sandbox, now, fault, words):
    sandbox.account("act_1001", **fault)
    tick(now + HOUR)
    assert [words in title for title in titles()] == [True]
    assert told() == ["admin@example.com", "marketer@example.com"]


def test_an_account_that_nobody_uses_is_not_told(canvas, sandbox, now):
    """Three of the sandbox's accounts are in trouble from the start."""
    tick(now + HOUR)
    assert AdAccount.objects.count() == 4 and not Incident.objects.exists()


def test_a_deleted_audience_is_told_to_the_author_too(canvas, sandbox, now):
    audience = CustomAudience.objects.get()
    sandbox.delete_audience(audience.partner_id)
    tick(now + HOUR)
    assert titles("marketer@example.com") == ["Win back: The custom audience was deleted at Facebook"]
    assert told() == ["admin@example.com", "marketer@example.com"]
    assert Notice.objects.get(user__email="marketer@example.com").url == f"/canvases/{canvas.pk}/analytics/fb/"


def test_one_that_is_about_to_expire_is_a_warning_and_worse_is_told_at_once(canvas, sandbox):
    now = timezone.now()
    ends = now + timedelta(days=3)
    sandbox.add_token("ENDS-SOON-TOKEN", expires_at=int(ends.timestamp()))
    connect("ENDS-SOON-TOKEN", now)
    tick(now)
    assert Notice.objects.filter(user=user("Admin")).get().tone == "warn"
    Connection.objects.update(facts={"valid": False})
    incidents.work(now + timedelta(minutes=1))
    assert [one.tone for one in Notice.objects.filter(user=user("Admin"))] == ["bad", "warn"]
    assert Incident.objects.count() == 1


def test_a_short_outage_is_told_to_nobody_and_a_long_one_is(canvas, sandbox, now):
    fault = sandbox.fault("http_500_html", times=1000)
    tick(now + HOUR)
    assert Incident.objects.get().told_at is None and not Notice.objects.exists()
    sandbox.clear_faults()
    tick(now + HOUR + timedelta(minutes=5))
    assert Incident.objects.get().ended_at and not Notice.objects.exists()
    assert fault
    sandbox.fault("http_500_html", times=1000)
    for minutes in (125, 130, 135, 140, 145):
        tick(now + timedelta(minutes=minutes))
    assert told("could not be reached") == ["admin@example.com", "marketer@example.com"]


def test_what_flaps_is_told_once_an_hour(canvas, now):
    for minutes in range(1, 50, 5):
        connecting.note_standing(Connection.objects.get(), {"valid": False}, now + timedelta(minutes=minutes))
        incidents.work(now + timedelta(minutes=minutes))
        connecting.note_standing(Connection.objects.get(), {"valid": True}, now + timedelta(minutes=minutes + 2))
        incidents.work(now + timedelta(minutes=minutes + 2))
    assert len(titles()) == 2


def test_each_chooses_of_what_and_how(canvas, cast, sandbox, now):
    choose = NoticeChoice.objects.create
    choose(user=cast["Admin"], kind="connection", mail="none", shown="all")
    choose(user=cast["Marketer"], kind="connection", mail="none", shown="none")
    choose(user=cast["Other"], kind="connection", mail="all", shown="none")
    sandbox.revoke(TOKEN)
    tick(now + HOUR)
    assert told() == ["admin@example.com", "other@example.com"]
    assert [one.to for one in mail.outbox] == [["other@example.com"]]
    assert notices.unread(cast["Admin"]) == 1 and notices.unread(cast["Other"]) == 0


def test_who_may_not_sign_in_is_told_nothing(canvas, cast, sandbox, now):
    User.objects.filter(pk=cast["Admin"].pk).update(is_active=False)
    cast["Marketer"].groups.clear()
    sandbox.revoke(TOKEN)
    tick(now + HOUR)
    assert told() == []


def test_disconnecting_is_told_where_a_canvas_depends_on_it(canvas, now):
    connecting.disconnect("facebook", now)
    tick(now)
    assert titles() == ["Facebook: No token is connected"]


def test_a_connection_that_nothing_depends_on_may_end_in_silence(connection, now):
    user("Admin")
    connecting.disconnect("facebook", now)
    tick(now)
    assert not Incident.objects.exists()


def test_looking_twice_changes_nothing_and_costs_the_same(canvas, sandbox, now, django_assert_max_num_queries):
    sandbox.revoke(TOKEN)
    tick(now + HOUR)
    with django_assert_max_num_queries(6):
        assert not +incidents.work(now + HOUR)
    assert Incident.objects.count() == 1


def test_the_check_tells_when_it_is_due_next(canvas, now):
    assert checking.next_due() == now + HOUR
    tick(now + HOUR)
    assert checking.next_due() == now + 2 * HOUR
    connecting.disconnect("facebook", now + HOUR)
    assert checking.next_due() is None


def test_pages_of_the_canvas_say_what_holds_it_back(client, canvas, cast, sandbox):
    client.force_login(cast["Viewer"])
    path = f"/canvases/{canvas.pk}/analytics/"
    assert "is not accepted any more" not in client.get(path).content.decode()
    sandbox.revoke(TOKEN)
    checking.check(Connection.objects.get(), timezone.now())
    for page in (path, f"/canvases/{canvas.pk}/build/"):
        told = client.get(page).content.decode()
        assert "The system user token is not accepted any more." in told and "Replace token" not in told


def test_pages_of_the_canvas_say_what_only_a_check_saw(client, canvas, cast, sandbox):
    client.force_login(cast["Marketer"])
    pages = f"/canvases/{canvas.pk}/analytics/", f"/canvases/{canvas.pk}/build/"
    assert not any("The last check saw it" in client.get(page).content.decode() for page in pages)
    sandbox.account("act_1001", account_status=2)
    checking.check(Connection.objects.get(), timezone.now())
    for page in pages:
        told = client.get(page).content.decode()
        assert "The ad account Northwind Store is disabled." in told and "Settle it in Business settings" in told
    pauses.pause(AdAccount.objects.get(account_id="act_1001"), TermsNotAccepted(), timezone.now())
    assert "The last check saw it" not in client.get(pages[0]).content.decode(), "now it holds back, which says more"


def test_what_is_no_trouble_of_the_canvas_is_not_on_its_pages(client, canvas, cast, sandbox):
    client.force_login(cast["Marketer"])
    sandbox.account("act_1001", existing_custom_audiences=500)
    sandbox.account("act_1002", account_status=2)
    checking.check(Connection.objects.get(), timezone.now())
    assert "The last check saw it" not in client.get(f"/canvases/{canvas.pk}/analytics/").content.decode()


def test_the_partners_page_says_what_broke_how_long_and_who_was_told(canvas, sandbox, client, now):
    client.force_login(user("Admin"))
    sandbox.revoke(TOKEN)
    tick(now + HOUR)
    page = seen(client)
    assert "Not over yet" in page and "Told: admin@example.com, marketer@example.com" in page
    sandbox.restore(TOKEN)
    tick(now + 3 * HOUR)
    page = seen(client)
    assert "Worked again after 2 hours" in page and "Not over yet" not in page
    assert Incident.objects.get().told_to == sorted([user("Admin").pk, user("Marketer").pk])


def test_of_many_who_were_told_some_are_named(canvas, client, now):
    client.force_login(user("Admin"))
    ids = [user(role).pk for role in ("Admin", "Marketer", "Viewer")]
    facts = {"scope": "account", "scope_pk": 1, "name": "North", "tone": "warn", "headline": "It is full."}
    Incident.objects.create(connection=Connection.objects.get(), began_at=now, **facts)
    assert "Nobody was told yet" in seen(client)
    Incident.objects.update(told_at=now, told_to=[*ids, 10**9, 10**9 + 1])
    assert "Told: admin@example.com, marketer@example.com, viewer@example.com, 2 more" in seen(client)
    Incident.objects.update(told_to=[])
    assert "Nobody wanted to be told" in seen(client)


def test_the_partners_page_says_who_is_told_and_how(canvas, client, cast):
    client.force_login(cast["Admin"])
    assert who_is_told(client) == ["admin@example.com by e-mail and here", "3 more people are told"]
    for kind, by_mail, shown in (
        ("connection", "all", "none"),
        ("account", "none", "none"),
        ("audience", "all", "all"),
    ):
        NoticeChoice.objects.create(user=cast["Viewer"], kind=kind, mail=by_mail, shown=shown)
        NoticeChoice.objects.create(user=cast["Admin"], kind=kind, mail="none", shown="none")
    named = "viewer@example.com Connection: by e-mail Custom audiences: by e-mail and here"
    assert who_is_told(client) == [named, "2 more people are told"]
    NoticeChoice.objects.filter(user=cast["Viewer"]).delete()
    assert "Nobody is told whatever breaks." in seen(client)


def seen(client) -> str:
    return " ".join(re.sub("<[^>]*>", " ", client.get("/partners/facebook/").content.decode()).split())


def who_is_told(client) -> list[str]:
    """Those who are named, and how many are not."""
    told_all = seen(client).partition("Who is told Your choice ")[2].partition(" of what concerns")[0]
    return re.split(r" (?=\d+ more)", told_all)


def test_what_only_a_check_saw_stands_on_top_with_its_cure_until_it_holds_back(canvas, sandbox, client):
    client.force_login(user("Admin"))
    assert "Nobody is held back by it yet" not in seen(client) and "stopped" not in seen(client)
    sandbox.account("act_1001", account_status=2)
    client.post("/partners/facebook/check/")
    page = seen(client)
    assert "The ad account Northwind Store is disabled. Since" in page and "Nobody is held back by it yet" in page
    assert "Settle it in Business settings" in page and "1 ad account stopped" in page
    pauses.pause(AdAccount.objects.get(account_id="act_1001"), TermsNotAccepted(), timezone.now())
    page = seen(client)
    assert "Nobody is held back by it yet" not in page and "1 ad account stopped" in page
    sandbox.account("act_1001", account_status=1)
    client.post("/partners/facebook/check/")
    assert "stopped" not in seen(client)
