"""What was deleted or flagged at Facebook is known though nobody is sent at that time."""

from datetime import timedelta

import pytest
from django.utils import timezone

from canvas import launch as launching
from canvas.models import Canvas
from config import schedules
from integrations import audience_lists, checking, pauses
from integrations.models import AdAccount, Connection, CustomAudience
from tests.cast import ACCOUNT, connect, facebook_step, launch, people, tick, user
from tests.unhappy import spoilt

pytestmark = pytest.mark.django_db
PAGE, LOOK, CHECK = "/partners/audiences/", "/partners/audiences/look/", "/partners/facebook/check/"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def made(connection, sandbox, now) -> list[CustomAudience]:
    """Three audiences to which everybody was sent."""
    people(2)
    for name in ("One", "Two", "Three"):
        launch(facebook_step(audience_name=name), at=now, name=name)
    tick(now)
    return list(CustomAudience.objects.order_by("pk"))


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def kinds() -> list[str]:
    return list(CustomAudience.objects.order_by("pk").values_list("pause_kind", flat=True))


def delete_and_flag(made, sandbox) -> None:
    sandbox.delete_audience(made[0].partner_id)
    sandbox.flag_audience(made[1].partner_id)


def reads(sandbox, since: int) -> list[str]:
    return [entry["path"].rpartition("/")[2] for entry in sandbox.ledger(since) if entry["method"] == "GET"]


def test_a_check_reads_how_each_is_in_few_calls(made, sandbox, client):
    client.force_login(user("Admin"))
    delete_and_flag(made, sandbox)
    since = sandbox.world.ledger.last
    client.post(CHECK)
    assert kinds() == ["AudienceGone", "AudienceFlagged", ""]
    asked = reads(sandbox, since)
    assert made[2].partner_id not in asked and asked.count("customaudiences") == AdAccount.objects.count()
    page = text(client.get(PAGE))
    assert "The custom audience was deleted at Facebook." in page and "Facebook flagged the custom audience" in page
    assert page.count("At Facebook") == page.count("seen there") == 1


def test_the_page_asks_by_itself_when_it_was_not_asked_for_a_while(made, sandbox, client):
    client.force_login(user("Marketer"))
    delete_and_flag(made, sandbox)
    assert "submit, load" in text(client.get(PAGE))
    assert "was deleted at Facebook." in text(client.post(LOOK, {"next": f"{PAGE}?q=One"}, follow=True))
    assert kinds() == ["AudienceGone", "AudienceFlagged", ""]
    assert "submit, load" not in text(client.get(PAGE))
    AdAccount.objects.update(listed_at=timezone.now() - HOUR)
    assert "submit, load" in text(client.get(PAGE))


def test_a_viewer_sees_what_others_asked(made, client):
    client.force_login(user("Viewer"))
    assert "Check now" not in text(client.get(PAGE))


@pytest.mark.parametrize("fault", ["http_500_html", "short_page", "truncated_json"])
def test_a_list_that_can_t_be_read_says_nothing_of_what_is_in_it(made, sandbox, now, monkeypatch, fault):
    monkeypatch.setattr("integrations.facebook.graph.MOST_PAGES", 3)
    sandbox.fault(fault, path_regex="customaudiences$", times=None)
    audience_lists.look_again(now + HOUR)
    assert kinds() == ["", "", ""] and audience_lists.are_old(now)


def test_one_that_only_the_list_leaves_out_is_asked_about_and_is_there(made, sandbox, now, monkeypatch):
    monkeypatch.setattr("integrations.facebook.audience_words.is_flagged", lambda row: "subtype" in row)
    audience_lists.look_again(now + HOUR)
    assert kinds() == ["", "", ""] and not audience_lists.are_old(now + HOUR)


def test_an_access_that_is_lost_is_not_taken_for_a_deletion(made, sandbox, now):
    sandbox.access(ACCOUNT, False)
    audience_lists.look_again(now + HOUR)
    assert kinds() == ["", "", ""]


def test_without_a_token_nobody_is_asked(made, client):
    Connection.objects.get().secret.delete()
    client.force_login(user("Marketer"))
    assert "Check now" not in text(client.get(PAGE))
    assert client.post(LOOK).status_code == 302


def test_where_nobody_can_come_any_more_only_a_check_asks_again(made, sandbox, now):
    canvas = Canvas.objects.get(name="One")
    launching.stop(canvas), launching.archive(canvas)
    delete_and_flag(made, sandbox)
    audience_lists.look_again(now + HOUR)
    CustomAudience.objects.exclude(pause_kind="").update(paused_until=now + HOUR)
    assert pauses.probe_due(now + DAY) == 0 and CustomAudience.objects.get(name="One").pauses == 1
    assert CustomAudience.objects.get(name="Two").pauses == 2
    assert schedules.next_due(now + DAY) == checking.next_due()
    sandbox.world.audiences[made[0].partner_id].deleted = False
    checking.check(connect("SANDBOX-SYSTEM-USER-TOKEN", now), now + DAY)
    assert kinds()[0] == ""


def test_a_token_that_no_key_opens_leaves_the_page_as_it_was(made, sandbox, client, now):
    spoilt(sandbox, now)
    client.force_login(user("Marketer"))
    assert client.post(LOOK, follow=True).status_code == 200 and kinds() == ["", "", ""]
