"""The demo brand: believable, adding up, never against Meta, never over anybody's own data."""

import csv
from datetime import datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F, Max, Sum
from django.utils import timezone

from audiences import segments
from audiences.models import Event, Import, Profile, Purchase, Segment
from canvas import document, launch
from canvas.models import Arrival, Canvas
from config.demo import brand, people, shop, sign_ins
from config.team.models import User
from integrations.models import Connection, SyncBatch
from tests import cast, running

FEW = 400


def facebook_fates() -> list[dict]:
    active = Canvas.objects.filter(status=Canvas.Status.ACTIVE)
    steps = [(canvas, row) for canvas in active for row in cast.step_numbers(canvas).values()]
    return [cast.fate(canvas, row["key"]) for canvas, row in steps if row["type"] == "facebook_audience"]


@pytest.mark.nightly
def test_it_is_a_whole_brand_and_a_second_run_keeps_it(db, sandbox, capsys):
    """One test, since the filling is what takes the time."""
    call_command("demo", people=FEW)
    said = capsys.readouterr().out
    has_a_history_that_adds_up_and_people_of_every_fate(sandbox)
    has_people_in_its_segments_and_one_problem_in_its_draft()
    has_people_who_bought_what_their_profiles_say()
    is_kept_by_a_second_run(said, capsys)


def has_a_history_that_adds_up_and_people_of_every_fate(sandbox):
    call_command("audit_sync")
    assert {name for fate in facebook_fates() for name in fate} == {"synced", "pending", "missing_fields", "not_synced"}
    assert set(SyncBatch.objects.filter(state="failed").values_list("cause", flat=True)) == {"Unavailable"}
    assert sum(audience["size"] for audience in sandbox.audiences()) > FEW / 2
    assert sandbox.faults() == []
    assert Arrival.objects.dates("at", "day").count() > 7
    assert Import.objects.count() > 7 and Import.objects.filter(refused__gt=0).exists()
    assert Connection.objects.get().checked_at > timezone.now() - timedelta(minutes=5)


def has_people_in_its_segments_and_one_problem_in_its_draft():
    assert set(brand.SEGMENTS) == set(Segment.objects.values_list("name", flat=True))
    for name in brand.SEGMENTS:
        assert 0 < segments.count({"segment": name}, timezone.now()) < FEW
    canvas = Canvas.objects.get(status=Canvas.Status.DRAFT)
    found = launch.problems(launch.Draft(document.parse(canvas.document), timezone.now(), canvas))
    assert [problem.id for problem in launch.errors(found)] == ["facebook.E008"]


def has_people_who_bought_what_their_profiles_say():
    spent = Purchase.objects.values_list("profile").annotate(total=Sum(F("price") * F("quantity")), last=Max("time"))
    paid = {pk: (total, last) for pk, total, last in spent}
    buyers = {one.pk: one.attributes for one in Profile.objects.filter(attributes__last_order_at__isnull=False)}
    assert paid.keys() == buyers.keys() and len(paid) > FEW / 2
    for pk, (total, last) in paid.items():
        assert float(total) == pytest.approx(buyers[pk]["lifetime_value"])
        assert last == datetime.fromisoformat(buyers[pk]["last_order_at"])
    assert set(Event.objects.values_list("name", flat=True)) == {shop.VIEWED, shop.IN_CART, shop.CHECKOUT}
    assert not Event.objects.filter(time__gt=timezone.now()).exists()


def is_kept_by_a_second_run(said, capsys):
    Segment.objects.filter(name=brand.READERS).delete()
    call_command("demo", people=FEW * 2)
    again = capsys.readouterr().out
    assert "was kept" in again
    assert Profile.objects.count() == FEW and Segment.objects.count() == len(brand.SEGMENTS) - 1
    assert all(sign_ins.password(email) in said and sign_ins.password(email) in again for email in sign_ins.PEOPLE)


def test_each_role_has_a_sign_in(db, now):
    sign_ins.make(now)
    for email, (_, role) in sign_ins.PEOPLE.items():
        user = User.objects.get(email=email)
        assert user.check_password(sign_ins.password(email))
        assert [group.name for group in user.groups.all()] == [role]
        assert user.is_staff == user.is_superuser == (role == "Admin")


def test_a_password_that_was_changed_is_not_told(db, now):
    admin = sign_ins.make(now)
    admin.set_password("another one")
    admin.save(update_fields=["password"])
    assert "changed" in sign_ins.lines()[-1] and sign_ins.password(admin.email) not in sign_ins.lines()[-1]


def test_it_never_touches_a_database_in_use(db, sandbox):
    cast.people(1)
    with pytest.raises(CommandError, match="in use"):
        call_command("demo")
    assert not User.objects.exists()


@pytest.mark.parametrize("url", ["https://graph.facebook.com", "http://127.0.0.1.example", "http://10.0.0.7:8099"])
def test_it_refuses_whatever_is_no_local_sandbox(db, settings, url):
    settings.FACEBOOK_GRAPH_URL = url
    with pytest.raises(CommandError, match="no local sandbox"):
        call_command("demo")
    assert not User.objects.exists() and not Profile.objects.exists()


def test_it_refuses_when_no_sandbox_answers(db, settings):
    settings.FACEBOOK_GRAPH_URL = f"http://127.0.0.1:{running.free_port()}"
    with pytest.raises(CommandError, match="No sandbox answers"):
        call_command("demo")
    assert not User.objects.exists()


def test_what_breaks_on_the_way_leaves_nothing_behind(db, sandbox):
    sandbox.fault("error", path_regex="/customaudiences$", method="POST", times=None, code=100)
    with pytest.raises(CommandError, match="nothing was kept"):
        call_command("demo", people=FEW)
    assert not User.objects.exists() and not Profile.objects.exists() and not Connection.objects.exists()


def test_the_same_seed_makes_the_same_people(now):
    assert list(people.rows(50, now)) == list(people.rows(50, now)) != list(people.rows(50, now, seed=1))


def test_its_people_are_messy(now):
    rows = list(people.rows(1000, now))
    assert any(row["email"] != row["email"].strip().lower() for row in rows)
    assert any(row["phone"].startswith("0044") for row in rows) and any("-" in row["zip"] for row in rows)
    assert any(not row["first_name"].isascii() for row in rows)
    assert all(any(not row[column] for row in rows) for column in ("email", "phone", "zip", "country"))


def test_a_csv_of_newcomers_can_be_imported_whole(db, tmp_path, capsys):
    file = tmp_path / "people.csv"
    call_command("demo", csv=file, people=300)
    call_command("import_profiles", str(file))
    assert "300 created, 0 updated, 0 refused" in capsys.readouterr().out
    with file.open(encoding="utf-8", newline="") as opened:
        assert next(csv.reader(opened)) == list(people.COLUMNS)
