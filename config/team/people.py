"""What admins do to people's accounts: role, in or out. An admin always remains, whoever does what at the same moment.

Every change of this kind takes the lock on the group of admins first, so that two of them can't both be the last.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Q, QuerySet

from .models import User, record

ADMIN = "Admin"
VIA = "dashboard"


class LastAdmin(Exception):
    """Nobody could look after people, tokens and keys any more. Make somebody else an Admin first."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


def admins() -> QuerySet[User]:
    return User.objects.filter(Q(groups__name=ADMIN) | Q(is_superuser=True), is_active=True)


@contextmanager
def keeping_an_admin() -> Iterator[None]:
    """A transaction that is taken back where no admin would be left. LastAdmin: it was."""
    with transaction.atomic():
        Group.objects.select_for_update().get(name=ADMIN)
        yield
        if not admins().exists():
            raise LastAdmin


def may_touch(actor: User, person: User) -> bool:
    """Only a superuser touches a superuser."""
    return actor.is_superuser or not person.is_superuser


def role_of(person: User) -> str:
    """The name of the role; empty where there is none."""
    return min((group.name for group in person.groups.all()), default=ADMIN if person.is_superuser else "")


def join(email: str, name: str, role: str, password: str | None) -> User:
    """A new account, in the caller's transaction."""
    zone = settings.TIME_ZONE
    user = User.objects.create_user(email, password, name=name, time_zone=zone, is_staff=role == ADMIN)
    user.groups.add(Group.objects.get(name=role))
    return user


def set_role(pk: int, role: str, actor: User) -> None:
    """One role in place of what there was; the Django admin is for Admins. LastAdmin: nothing was changed."""
    with keeping_an_admin():
        person = User.objects.select_for_update().get(pk=pk)
        before = role_of(person)
        person.groups.set(Group.objects.filter(name=role))
        person.is_staff, person.is_superuser = role == ADMIN, person.is_superuser and role == ADMIN
        person.save(update_fields=["is_staff", "is_superuser"])
        if before != role:
            record("user.role_changed", person.email, actor=actor, via=VIA, before=before, after=role)


def set_active(pk: int, active: bool, actor: User) -> None:
    """May sign in, or may not: whoever is signed in is out at the next click. LastAdmin: nothing was changed."""
    with keeping_an_admin():
        if User.objects.filter(pk=pk, is_active=not active).update(is_active=active):
            what = "user.activated" if active else "user.deactivated"
            record(what, User.objects.values_list("email", flat=True).get(pk=pk), actor=actor, via=VIA)


def listed() -> QuerySet[User]:
    """Who may sign in first, by e-mail; then the others."""
    return User.objects.prefetch_related("groups").order_by("-is_active", "email")
