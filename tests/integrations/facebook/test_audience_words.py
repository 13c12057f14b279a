"""What Facebook tells of a custom audience, in words, and what of it is kept."""

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from integrations import audience_lists, checking
from integrations.facebook import audience_words
from integrations.models import CustomAudience
from tests.cast import TOKEN, connect, facebook_step, launch, people, tick, user

pytestmark = pytest.mark.django_db
PAGE = "/partners/audiences/"


@pytest.fixture
def audience(connection, sandbox, now) -> CustomAudience:
    people(3)
    launch(facebook_step(), at=now)
    tick(now)
    return CustomAudience.objects.get()


def words_of(low, high) -> str:
    return audience_words.size({"low": low, "high": high})


def test_a_size_is_a_range_and_a_small_one_has_no_number():
    assert words_of(1000, 1200) == "1,000 – 1,200 people"
    assert words_of(1000, 1000) == "below 1,000" == words_of(0, 1000)
    assert words_of(-1, -1) == "not counted yet" == words_of(None, None)
    assert audience_words.size({}) == ""


def test_only_what_is_not_normal_is_told():
    told = {
        code: audience_words.note({"operation": code, "description": "Theirs."}) for code in (0, 200, 471, 412, 421)
    }
    assert told[0] is told[200] is told[471] is None
    assert told[412].words == "Many rows of the last upload were not valid" and told[412].cure
    assert (told[421].words, told[421].cure) == ("Theirs.", "Look in Audience Manager.")


def told(client) -> str:
    return " ".join(client.get(PAGE).content.decode().split())


def test_the_page_tells_it_as_of_the_last_reading(audience, sandbox, client, now):
    client.force_login(user("Marketer"))
    assert "not told yet" in told(client)
    audience_lists.look_again(now)
    assert "below 1,000" in told(client) and "as of" in told(client)
    rows = [[f"{n:064x}"] for n in range(1_054)]
    sandbox.world.audiences[audience.partner_id].people.add(("EMAIL",), rows)
    audience_lists.look_again(now)
    assert "1,000 – 1,200 people" in told(client)


def test_what_is_the_matter_stands_beside_its_cure(audience, sandbox, client, now):
    sandbox.world.audiences[audience.partner_id].last_upload = (10, 9)
    audience_lists.look_again(now)
    client.force_login(user("Viewer"))
    assert "Many rows of the last upload were not valid" in told(client)
    sandbox.flag_audience(audience.partner_id)
    audience_lists.look_again(now)
    assert "Many rows" not in told(client) and "Facebook flagged the custom audience" in told(client)


def test_the_hourly_check_reads_it_too(audience, now):
    checking.check(connect(TOKEN, now), now)
    audience.refresh_from_db()
    assert (audience.facts["low"], audience.read_at) == (1000, now)


def test_what_was_read_of_a_deleted_one_is_not_told_of_the_next(audience, sandbox, client, now):
    audience_lists.look_again(now)
    sandbox.delete_audience(audience.partner_id)
    audience_lists.look_again(now)
    client.force_login(user("Marketer"))
    page = told(client)
    assert "below 1,000" in page and "Recreate…" in page
    client.post(f"{PAGE}{audience.pk}/recreate/")
    audience.refresh_from_db()
    assert audience.facts == {} and audience.state == "ready"
    assert "not told yet" in told(client) and "Recreate…" not in told(client)


def test_more_audiences_are_kept_by_as_many_queries(audience, now):
    with CaptureQueriesContext(database) as one:
        audience_lists.look_again(now)
    for n in range(4):
        launch(facebook_step(audience_name=f"List {n}"), at=now, name=f"Canvas {n}")
    with CaptureQueriesContext(database) as five:
        audience_lists.look_again(now)
    assert len(five) == len(one)
    assert CustomAudience.objects.filter(read_at=now).count() == 5
