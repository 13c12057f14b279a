"""The Django admin: staff look at everything, change accounts only, and meet no secret."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from audiences import erasure
from audiences.models import CustomAttribute, Erasure, Event, EventName, Import, Profile, Purchase
from canvas.models import ArrivalHour, Canvas, Cohort, Conversion, Entry, Revision, Step, Trigger, WayConversion
from config.team import inviting
from config.team.models import ApiKey, AuditEvent, Invitation, KeptAnswer, Notice, NoticeChoice, User
from integrations.hourly import PARTS
from integrations.mail.models import Suppression
from integrations.models import (
    BatchHour,
    Confirmation,
    Connection,
    ConnectionSecret,
    CustomAudience,
    Dispatch,
    DispatchHour,
    Identity,
    Incident,
    Member,
    Outlet,
    SyncBatch,
)
from integrations.webhook import signing
from tests.cast import TOKEN, delay, facebook_step, launch, people, tick, user
from tests.factories import SegmentFactory

pytestmark = pytest.mark.django_db
OURS = ("team", "audiences", "canvas", "integrations", "mail", "webhook")
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
EDITABLE = {User}


@pytest.fixture
def world(connection, now) -> str:
    """At least one row of everything; returns the text of an API key."""
    jane, *_ = people(3)
    launch(facebook_step(then="wait"), delay(), at=now, exit={"event": "bought"})
    tick(now)
    erasure.erase(["p2"], now)
    Event.objects.create(profile=jane, name="viewed", time=now)
    Purchase.objects.create(profile=jane, product_id="A", currency="USD", price=3, time=now)
    CustomAttribute.objects.create(name="tier", type="text")
    Import.objects.create(file_name="people.csv")
    SegmentFactory()
    Conversion.objects.create(canvas=Canvas.objects.get(), entry=Entry.objects.first(), name="Bought", at=now)
    WayConversion.objects.create(step=Canvas.objects.get().steps.first(), branch="A", name="Bought", n=1)
    EventName.objects.create(name="viewed")
    outlet = Outlet.objects.create(step=Canvas.objects.get().steps.first(), channel="mail")
    hour = {"settled_at": now, "last_at": now, "state": "withdrawn"}
    BatchHour.objects.create(audience=CustomAudience.objects.get(), **hour, **dict.fromkeys(PARTS, 0), first_at=now)
    DispatchHour.objects.create(outlet=outlet, **hour, people=0)
    Dispatch.objects.create(outlet=outlet, entry=Entry.objects.first(), profile=jane, came_at=now)
    Suppression.objects.create(digest="hash of an address", profile=jane)
    signing.ensure(now)
    Trigger.objects.create(canvas=Canvas.objects.get(), profile=jane, at=now, context={})
    ArrivalHour.objects.create(canvas=Canvas.objects.get(), hour=now, n=1)
    Revision.objects.create(canvas=Canvas.objects.get(), edition=1, document={}, via="dashboard", at=now)
    inviting.invite("new@example.com", "Viewer", user("Admin"), now)
    Notice.objects.create(user=user("Admin"), kind="account", about="incident:1", tone="bad", title="Told", at=now)
    NoticeChoice.objects.create(user=user("Admin"), kind="account", mail="none", shown="all")
    Confirmation.objects.create(partner="facebook", what="live", at=now, by=user("Admin"))
    facts = {"scope": "account", "scope_pk": 1, "tone": "bad", "headline": "Broken"}
    Incident.objects.create(connection=Connection.objects.get(), began_at=now, ended_at=now, **facts)
    key, text = ApiKey.make("shop", ["users.track"], user("Admin"))
    KeptAnswer.objects.create(api_key=key, name="hash of a name", call="hash of a call", at=now)
    return text


@pytest.fixture
def admin_client(client, world):
    client.force_login(user("Admin"))
    return client


def page(model, name: str, *args) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


def test_every_model_of_ours_is_there_and_nothing_in_the_way():
    ours = {model for label in OURS for model in apps.get_app_config(label).get_models()}
    assert ours <= set(MODELS)
    assert {model._meta.app_label for model in MODELS} == {*OURS, "auth"}


def first(model):
    return model._default_manager.defer(*(["token"] if model is ConnectionSecret else [])).first()


def secrets(key: str) -> list[str]:
    secret, viewer = ConnectionSecret.objects.get(), user("Viewer")
    viewer.set_password("a long enough password")
    viewer.save()
    gone = Identity.objects.get()
    return [
        Invitation.objects.get().digest, "hash of a name", "hash of a call", "hash of an address", signing.current(),
        gone.cells, gone.digest, Erasure.objects.get().who,
        TOKEN, secret.fingerprint, key, ApiKey.objects.get().digest, viewer.password.rpartition("$")[2][:6],
    ]  # fmt: skip


def test_lists_pages_and_searches_open_and_hold_no_secret(admin_client, world, django_assert_max_num_queries):
    hidden = secrets(world)
    for model in MODELS:
        row, listed = first(model), page(model, "changelist")
        for path in (listed, f"{listed}?q={row.pk}", f"{listed}?q=nobody%20has%20this", page(model, "change", row.pk)):
            with django_assert_max_num_queries(20):
                answer = admin_client.get(path)
            assert answer.status_code == 200, path
            assert not [secret for secret in hidden if secret in answer.content.decode()], path


def test_even_a_superuser_only_looks(client, world):
    client.force_login(User.objects.create_superuser("root@example.com", "a long enough password"))
    for model in set(MODELS) - EDITABLE:
        row = first(model)
        assert client.get(page(model, "add")).status_code == 403, model
        assert client.get(page(model, "delete", row.pk)).status_code == 403, model
        assert client.post(page(model, "change", row.pk), {"name": "x"}).status_code == 403, model


def test_personal_data_needs_its_permission(client, world):
    User.objects.filter(pk=user("Viewer").pk).update(is_staff=True)
    client.force_login(user("Viewer"))
    assert client.get(page(Canvas, "changelist")).status_code == 200
    for model in (Profile, Event, Purchase, Entry, Member):
        assert client.get(page(model, "changelist")).status_code == 403, model


@pytest.mark.parametrize("role", [None, "Viewer", "Marketer"])
def test_who_is_not_staff_stays_outside(client, world, role):
    if role:
        client.force_login(user(role))
    answer = client.get("/admin/", follow=True)
    assert "What the installation holds" not in answer.content.decode()


def found(client, model, term) -> int:
    return client.get(page(model, "changelist"), {"q": term}).context["cl"].result_count


def test_a_person_is_found_wherever_she_is(admin_client):
    assert [found(admin_client, model, "p1") for model in (Profile, Entry, Member)] == [1, 1, 1]
    assert [found(admin_client, Event, "p0"), found(admin_client, Event, "p2")] == [1, 0]


def test_rows_are_found_by_their_numbers(admin_client):
    batch = SyncBatch.objects.get()
    assert found(admin_client, Member, str(batch.pk)) >= 3
    assert found(admin_client, Cohort, "9" * 30) == 0 == found(admin_client, Cohort, "²")


@pytest.mark.parametrize("count", [1, 60])
def test_lists_cost_the_same_however_long(admin_client, now, django_assert_max_num_queries, count):
    steps = Step.objects.bulk_create(Step(canvas=Canvas.objects.get(), key=f"s{n}", type="delay") for n in range(count))
    assert steps
    people(count)
    for model in (Step, Profile, User, AuditEvent):
        with django_assert_max_num_queries(12):
            admin_client.get(page(model, "changelist"))


def account(**fields) -> dict:
    return {"email": "New@Example.com", "name": "Nia", "time_zone": "UTC"} | fields


def test_nobody_is_made_here(admin_client):
    assert admin_client.get(page(User, "add")).status_code == 403


def test_roles_and_who_may_sign_in_are_not_changed_here(admin_client):
    viewer = user("Viewer")
    data = account(groups=[user("Marketer").groups.get().pk], is_staff="on", is_superuser="on")
    assert admin_client.post(page(User, "change", viewer.pk), data).status_code == 302
    viewer = User.objects.get(pk=viewer.pk)
    assert (viewer.email, viewer.name) == ("new@example.com", "Nia")
    assert viewer.is_active and not viewer.is_staff and not viewer.has_perm("canvas.add_canvas")
    event = AuditEvent.objects.get(action="user.changed")
    assert event.target == "new@example.com" and event.details["fields"] == ["email", "name"]


def test_a_password_is_set_on_a_page_of_its_own(admin_client):
    viewer = user("Viewer")
    path = reverse("admin:auth_user_password_change", args=[viewer.pk])
    assert admin_client.get(path).status_code == 200
    words = {"usable_password": "true", "password1": "quite another password", "password2": "quite another password"}
    assert admin_client.post(path, words).status_code == 302
    viewer.refresh_from_db()
    assert viewer.check_password("quite another password")
    assert AuditEvent.objects.get(action="user.password_set").actor == user("Admin")


def test_an_admin_can_neither_become_nor_touch_a_superuser(admin_client):
    root, me = User.objects.create_superuser("root@example.com", "a long enough password"), user("Admin")
    assert admin_client.post(page(User, "change", root.pk), account()).status_code == 403
    path = reverse("admin:auth_user_password_change", args=[root.pk])
    words = {"usable_password": "true", "password1": "quite another password", "password2": "quite another password"}
    assert admin_client.post(path, words).status_code == 403
    admin_client.post(page(User, "change", me.pk), account(email=me.email, is_staff="on", is_superuser="on"))
    me.refresh_from_db()
    assert not me.is_superuser


def test_nobody_is_deleted(admin_client):
    assert admin_client.get(page(User, "delete", user("Viewer").pk)).status_code == 403
    assert Connection.objects.exists()
