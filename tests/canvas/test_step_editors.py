"""The editors of steps and sections: settings to a form and back, in the reader's time zone, empty fields left out."""

from datetime import UTC, datetime

import pytest

from canvas import values
from canvas.document import draft_of
from canvas.models import Canvas
from integrations.models import AdAccount
from tests.cast import ACCOUNT, delay, document, draft, facebook_step, people, split, user
from tests.factories import SegmentFactory

pytestmark = pytest.mark.django_db
FRENCH = {"attribute": "country", "op": "is", "value": "FR"}


@pytest.fixture
def marketer(client):
    somebody = user("Marketer")
    somebody.time_zone = "Europe/Paris"
    somebody.save()
    client.force_login(somebody)
    return client


def settings_of(canvas: Canvas, key: str = "wait") -> dict:
    canvas.refresh_from_db()
    return next(step for step in canvas.document["steps"] if step["key"] == key)["settings"]


def fill(client, canvas: Canvas, rest: str, **data):
    return client.post(f"/canvases/{canvas.pk}/{rest}", {"edition": canvas.edition, **data})


def form_of(canvas: Canvas, key: str, now: datetime, data=None):
    draft = draft_of(canvas, now)
    step = draft.document.by_key[key]
    return step.type.form_class(step, draft, data)


WAYS = [
    ({"way": "duration", "duration": "36", "unit": "hours"}, {"duration": "PT36H"}),
    ({"way": "duration", "duration": "2", "unit": "weeks", "until": "2026-12-01T10:00"}, {"duration": "P2W"}),
    ({"way": "until", "until": "2026-12-01T10:00"}, {"until": "2026-12-01T09:00:00Z"}),
    ({"way": "weekday", "weekday": "friday", "time": "08:30"}, {"weekday": "friday", "time": "08:30"}),
    ({"way": "weekday", "weekday": "friday"}, {"weekday": "friday"}),
    ({"way": "duration", "duration": "", "unit": "days"}, {}),
]


@pytest.mark.parametrize(("filled", "stored"), WAYS)
def test_a_delay_is_kept_as_the_document_spells_it(marketer, filled, stored):
    canvas = draft(delay())
    assert fill(marketer, canvas, "steps/wait/", **filled).status_code == 302
    assert settings_of(canvas) == stored


@pytest.mark.parametrize("stored", [stored for _, stored in WAYS])
def test_a_delay_that_is_opened_and_done_stays_as_it_was(marketer, stored, now):
    canvas = draft(delay() | {"settings": stored})
    form = form_of(canvas, "wait", now)
    shown = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    shown = {
        name: value if not isinstance(value, datetime) else f"{value:%Y-%m-%dT%H:%M}" for name, value in shown.items()
    }
    assert form_of(canvas, "wait", now, shown).is_valid()
    again = form_of(canvas, "wait", now, shown)
    again.is_valid()
    assert {key: again.settings()[key] for key in stored} == stored


def test_a_date_is_shown_in_the_readers_time_zone(marketer):
    canvas = draft(delay(until="2026-12-01T09:00:00Z"))
    page = marketer.get(f"/canvases/{canvas.pk}/steps/wait/").content.decode()
    assert 'value="2026-12-01T10:00"' in page and "Europe/Paris" in page


def test_what_can_not_be_stored_is_refused_beside_its_field(marketer):
    canvas = draft(delay())
    page = fill(marketer, canvas, "steps/wait/", way="duration", duration="99999", unit="weeks").content.decode()
    assert "ten years is the longest" in page and 'id="id_duration_error"' in page
    assert settings_of(canvas) == {"duration": "PT1H"}


def test_what_is_missing_is_told_beside_its_field(marketer):
    canvas = draft(delay() | {"settings": {}})
    assert "canvas.E004" in marketer.get(f"/canvases/{canvas.pk}/steps/wait/").content.decode()


def test_a_split_by_a_segment_or_by_a_filter_of_its_own(marketer):
    SegmentFactory(name="Lapsed")
    canvas = draft(split(FRENCH))
    fill(marketer, canvas, "steps/split/", kind="segment", segment="Lapsed")
    assert settings_of(canvas, "split") == {"filter": {"segment": "Lapsed"}}
    canvas.refresh_from_db()
    fill(marketer, canvas, "steps/split/", kind="filter", **fields_of(FRENCH))
    assert settings_of(canvas, "split") == {"filter": {"all": [FRENCH]}}


def fields_of(condition: dict) -> dict[str, str]:
    """The posted fields of a filter with one condition."""
    inner = {f"filter.0.{key}": value for key, value in condition.items()}
    return {"filter.kind": "all", "filter.0.kind": "text", **inner}


def test_a_segment_that_was_deleted_is_still_shown_as_chosen(marketer):
    canvas = draft(split({"segment": "Gone"}))
    page = marketer.get(f"/canvases/{canvas.pk}/steps/split/").content.decode()
    assert "Gone (deleted)" in page and "canvas.E004" in page


def test_the_custom_audience_and_its_fields(marketer, connection):
    canvas = draft(facebook_step(fields=["email"]))
    fill(marketer, canvas, "steps/fb/", ad_account=ACCOUNT, audience_name=" New ", fields=["email", "phone"])
    assert settings_of(canvas, "fb") == {"ad_account": ACCOUNT, "audience_name": "New", "fields": ["email", "phone"]}
    canvas.refresh_from_db()
    fill(marketer, canvas, "steps/fb/", ad_account="", audience_name="")
    assert settings_of(canvas, "fb") == {}


def test_an_account_that_can_not_be_used_says_why_and_can_not_be_chosen(marketer, connection):
    account = AdAccount.objects.exclude(account_id=ACCOUNT).first()
    account.facts |= {"account_status": 2}
    account.save()
    canvas = draft(facebook_step())
    page = marketer.get(f"/canvases/{canvas.pk}/steps/fb/").content.decode()
    option = next(line for line in page.split("<option") if account.account_id in line)
    assert "disabled" in option and "not active" in option
    stays = draft(facebook_step(ad_account=account.account_id), name="Stays")
    page = marketer.get(f"/canvases/{stays.pk}/steps/fb/").content.decode()
    option = next(line for line in page.split("<option") if account.account_id in line)
    assert "disabled" not in option and "selected" in option and "facebook.E006" in page


def test_an_account_that_can_be_used_again_can_be_chosen_again(marketer, connection):
    canvas = draft(facebook_step(ad_account=""))
    for status, audiences, is_closed in ((3, 0, True), (1, 500, True), (1, 499, False)):
        account = AdAccount.objects.get(account_id=ACCOUNT)
        facts = account.facts | {"account_status": status}
        AdAccount.objects.filter(pk=account.pk).update(facts=facts, audiences=audiences)
        page = marketer.get(f"/canvases/{canvas.pk}/steps/fb/").content.decode()
        option = next(line for line in page.split("<option") if ACCOUNT in line)
        assert ("disabled" in option) is is_closed
        assert ("full: 500 audiences" in option) is (audiences == 500)


def test_the_preview_counts_with_other_fields_and_saves_nothing(marketer, connection):
    people(3), people(2, email="")
    canvas = draft(facebook_step(fields=["email"]))
    page = fill(marketer, canvas, "steps/fb/preview/", ad_account=ACCOUNT, fields=["email", "external_id"])
    assert "5 people</b> would be sent" in page.content.decode() and "facebook.E008" in page.content.decode()
    assert settings_of(canvas, "fb")["fields"] == ["email"]


def test_a_name_is_given_once(marketer):
    draft(delay(), name="Taken")
    canvas = draft(delay(), name="Mine")
    page = fill(marketer, canvas, "basics/", name="Taken").content.decode()
    assert "Another Canvas has this name" in page
    assert fill(marketer, canvas, "basics/", name=" Ours ").status_code == 302
    canvas.refresh_from_db()
    assert (canvas.name, canvas.document["name"], canvas.edition) == ("Ours", "Ours", 2)


ENTRIES = [
    ({"at": "launch", "again": "no"}, {"type": "scheduled", "at": "launch"}, None),
    (
        {"at": "time", "time": "2026-12-01T10:00", "again": "yes", "span": "2", "unit": "weeks"},
        {"type": "scheduled", "at": "2026-12-01T09:00:00Z"},
        {"allowed": True, "after": "P2W"},
    ),
    ({"at": "launch", "again": "yes", "unit": "days"}, {"type": "scheduled", "at": "launch"}, {"allowed": True}),
]


@pytest.mark.parametrize(("filled", "entry", "reentry"), ENTRIES)
def test_entry_and_reentry(marketer, filled, entry, reentry):
    canvas = draft(delay(), entry=None, reentry={"allowed": True, "after": "P1D"})
    assert fill(marketer, canvas, "entry/", **filled).status_code == 302
    canvas.refresh_from_db()
    assert (canvas.document["entry"], canvas.document.get("reentry")) == (entry, reentry)
    page = marketer.get(f"/canvases/{canvas.pk}/entry/").content.decode()
    assert 'value="2026-12-01T10:00"' in page or filled["at"] == "launch"


def test_a_section_is_saved_as_it_is_filled_in_once_it_is_complete(marketer):
    canvas = draft(delay(), entry=None)
    htmx, where = {"HX-Request": "true"}, f"/canvases/{canvas.pk}/entry/"
    waits = marketer.post(where, {"edition": 1, "at": "time", "time": "", "again": "no"}, headers=htmx)
    assert "Not saved yet" in waits.content.decode() and Canvas.objects.get().edition == 1
    filled = {"edition": 1, "at": "launch", "again": "no"}
    for _ in range(2):  # the button after the last field: the same again
        answer = marketer.post(where, filled, headers=htmx)
        assert answer.headers["HX-Trigger"] and 'id="edition" name="edition" value="2"' in answer.content.decode()
    assert marketer.post(where, filled | {"again": "yes"}, headers=htmx).status_code == 409


def test_a_start_without_a_time_is_refused(marketer):
    canvas = draft(delay())
    page = fill(marketer, canvas, "entry/", at="time", again="no").content.decode()
    assert "Choose a date and time" in page


def test_the_target_audience_is_a_segment_or_a_filter(marketer):
    SegmentFactory(name="French", filter=FRENCH)
    people(3), people(2, country="FR")
    canvas = draft(delay())
    fill(marketer, canvas, "audience/", kind="segment", segment="French")
    assert "2 people may enter" in marketer.get(f"/canvases/{canvas.pk}/audience/").content.decode()
    canvas.refresh_from_db()
    fill(marketer, canvas, "audience/", kind="filter", **fields_of(FRENCH))
    canvas.refresh_from_db()
    assert canvas.document["audience"] == {"filter": {"all": [FRENCH]}}
    faulty = fill(marketer, canvas, "audience/", kind="filter", **fields_of(FRENCH | {"attribute": "nope"}))
    assert "No profile has ever had" in faulty.content.decode()


def test_a_section_keeps_what_was_filled_in_when_somebody_else_saved(marketer):
    canvas = draft(delay())
    Canvas.objects.update(edition=5, document=document(delay(), name="Win back", audience=None))
    page = fill(marketer, canvas, "entry/", at="time", time="2026-12-01T10:00", again="no")
    assert page.status_code == 409 and 'value="2026-12-01T10:00"' in page.content.decode()
    assert "Keep mine" in page.content.decode()


def test_moments_are_stored_in_utc():
    assert values.written(datetime(2026, 12, 1, 9, tzinfo=UTC)) == "2026-12-01T09:00:00Z"
