"""Ada looks after people: invites, gives roles, puts out and lets in again; one admin always remains."""

import re
import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connections
from django.test import Client

from config.team import inviting, people
from config.team.models import ApiKey, AuditEvent, Invitation, User
from tests.cast import user

pytestmark = pytest.mark.django_db
LINK = re.compile(r"https?://[^\s<]+/invitation/[A-Za-z0-9_-]{43}/")
NIA = "nia@example.com"
PASSWORD = {"new_password1": "a long enough password", "new_password2": "a long enough password"}


@pytest.fixture
def ada() -> User:
    return user("Admin")


@pytest.fixture
def admin(ada) -> Client:
    return signed_in(ada)


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def told() -> list[str]:
    return [event.action for event in AuditEvent.objects.order_by("pk")]


def invited(admin, role: str = "Marketer") -> str:
    """The path of the link in the letter."""
    assert admin.post("/settings/people/invite/", {"email": NIA.upper(), "role": role}).status_code == 302
    [letter] = mail.outbox[-1:]
    assert letter.to == [NIA]
    return "/" + LINK.search(letter.body)[0].split("/", 3)[3]


def test_who_is_invited_makes_an_account_by_a_link_that_works_once(admin, ada):
    path, nia = invited(admin), Client()
    page = nia.get(path, follow=True)
    assert page.redirect_chain == [("/invitation/", 302)] and NIA in page.content.decode()
    made = nia.post("/invitation/", {"name": "Nia", **PASSWORD}, follow=True)
    assert "Your account is made" in made.content.decode()
    account = User.objects.get(email=NIA)
    assert account.check_password(PASSWORD["new_password1"]) and account.name == "Nia" and not account.is_staff
    assert account.has_perm("canvas.launch_canvas") and not account.has_perm("team.view_user")
    assert told() == ["user.invited", "user.joined"]
    assert "does not work" in Client().get(path, follow=True).content.decode()
    assert path.split("/")[2] not in str([*AuditEvent.objects.values(), *Invitation.objects.values()])
    signing_in = nia.post("/accounts/login/", {"login": NIA, "password": PASSWORD["new_password1"]})
    assert signing_in.headers["Location"] == "/"


def test_what_is_missing_is_told_beside_its_field(admin):
    path, nia = invited(admin), Client()
    nia.get(path)
    page = nia.post("/invitation/", {"name": "", "new_password1": "nia@example.com", "new_password2": "other"})
    assert page.status_code == 422
    assert "Give the name" in page.content.decode() and "match" in page.content.decode()
    assert not User.objects.filter(email=NIA).exists()
    page = admin.post("/settings/people/invite/", {"email": user("Viewer").email}).content.decode()
    assert "has an account" in page and "Choose a role" in page


def test_a_link_expires_is_replaced_and_is_withdrawn(admin, ada, now):
    first, second = invited(admin), invited(admin)
    assert "does not work" in Client().get(first, follow=True).content.decode()
    assert "Welcome" in Client().get(second, follow=True).content.decode()
    Invitation.objects.update(expires_at=now - timedelta(days=400))
    assert "does not work" in Client().get(second, follow=True).content.decode()
    assert "Expired" in admin.get("/settings/people/").content.decode()
    assert "Invite again" in admin.get("/settings/people/").content.decode()
    third, nia = invited(admin), Client()
    nia.get(third)
    admin.post(f"/settings/people/invitations/{Invitation.objects.get().pk}/withdraw/")
    assert "does not work" in nia.post("/invitation/", {"name": "Nia", **PASSWORD}).content.decode()
    assert told()[-1] == "user.invitation_withdrawn" and not User.objects.filter(email=NIA).exists()


def test_without_a_mail_server_the_link_is_shown_once(admin, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    page = admin.post("/settings/people/invite/", {"email": NIA, "role": "Viewer"}).content.decode()
    link = LINK.search(page)[0]
    assert "Give nia@example.com this link" in page and link not in admin.get("/settings/people/").content.decode()
    assert "Welcome" in Client().get("/" + link.split("/", 3)[3], follow=True).content.decode()


def test_a_mail_server_that_is_away_is_told_too(admin, sink):
    sink.down = True
    assert (
        "could not be sent" in admin.post("/settings/people/invite/", {"email": NIA, "role": "Viewer"}).content.decode()
    )


def test_a_role_is_changed_and_holds_at_once(admin):
    viewer = user("Viewer")
    path, browser = f"/settings/people/{viewer.pk}/", signed_in(viewer)
    assert browser.get("/canvases/new/").status_code == 403
    assert admin.post(path, {"role": "Marketer"}).status_code == 302
    assert browser.get("/canvases/new/").status_code == 200
    admin.post(path, {"role": "Admin"})
    assert browser.get("/settings/people/").status_code == 200 and browser.get("/admin/").status_code == 200
    admin.post(path, {"role": "Viewer"})
    assert browser.get("/settings/people/").status_code == 403 and browser.get("/admin/").status_code == 302
    event = AuditEvent.objects.first()
    assert (event.action, event.details) == ("user.role_changed", {"before": "Admin", "after": "Viewer"})
    assert admin.post(path, {"role": "God"}).status_code == 422


def test_who_is_deactivated_is_out_at_once_and_comes_back(admin):
    viewer = user("Viewer")
    path, browser = f"/settings/people/{viewer.pk}/", signed_in(viewer)
    assert "signed out everywhere" in admin.get(f"{path}deactivate/").content.decode()
    assert browser.get("/").status_code == 200
    assert admin.post(f"{path}deactivate/").status_code == 302
    assert browser.get("/").headers["Location"].startswith("/accounts/login/")
    assert "Let in again" in admin.get("/settings/people/").content.decode()
    admin.post(f"{path}activate/"), admin.post(f"{path}activate/")
    assert User.objects.get(pk=viewer.pk).is_active and told() == ["user.deactivated", "user.activated"]


def test_the_last_admin_stays(admin, ada):
    answers = [
        admin.post(f"/settings/people/{ada.pk}/", {"role": "Marketer"}),
        admin.post(f"/settings/people/{ada.pk}/deactivate/"),
    ]
    for answer in answers:
        assert answer.status_code == 422 and "Make somebody else an Admin first" in answer.content.decode()
    ada = User.objects.get(pk=ada.pk)
    assert ada.is_active and ada.is_staff and people.role_of(ada) == "Admin" and told() == []


def test_who_is_deactivated_is_no_admin_that_could_remain(ada):
    bob = people.join("bob@example.com", "Bob", "Admin", None)
    people.set_active(bob.pk, False, ada)
    with pytest.raises(people.LastAdmin):
        people.set_role(ada.pk, "Viewer", ada)


def test_only_a_superuser_touches_a_superuser(admin, ada):
    root = User.objects.create_superuser("root@example.com", "a long enough password")
    path = f"/settings/people/{root.pk}/"
    for answer in (admin.get(path), admin.post(path, {"role": "Viewer"}), admin.post(f"{path}deactivate/"),
                   admin.post(f"{path}activate/")):  # fmt: skip
        assert answer.status_code == 403
    signed_in(root).post(path, {"role": "Viewer"})
    assert not User.objects.get(pk=root.pk).is_superuser
    assert ApiKey.objects.count() == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("deed", ["demoted", "put out"])
def test_of_two_last_admins_who_remove_each_other_one_stays(deed):
    """Both at the same moment, each as the other's admin."""
    ada, bob = user("Admin"), people.join("bob@example.com", "Bob", "Admin", None)
    start, refused = threading.Barrier(2), []

    def remove(actor: User, other: User) -> None:
        start.wait()
        try:
            if deed == "demoted":
                people.set_role(other.pk, "Viewer", actor)
            else:
                people.set_active(other.pk, False, actor)
        except people.LastAdmin:
            refused.append(actor)
        finally:
            connections.close_all()

    both = [threading.Thread(target=remove, args=pair) for pair in ((ada, bob), (bob, ada))]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert people.admins().count() == 1 == len(refused) and len(told()) == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_use_one_link_one_gets_in(now):
    _, text = inviting.invite(NIA, "Viewer", user("Admin"), now)
    start, made = threading.Barrier(2), []

    def use(name: str) -> None:
        start.wait()
        try:
            made.append(inviting.accept(inviting.digest(text), now, name, "a long enough password"))
        finally:
            connections.close_all()

    both = [threading.Thread(target=use, args=[name]) for name in ("Nia", "Mallory")]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(map(bool, made)) == [False, True] and User.objects.filter(email=NIA).count() == 1
