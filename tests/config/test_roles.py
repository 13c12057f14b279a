"""The three roles are there after migrate, each may what it should, and making them again changes nothing."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command

from config.team.roles import ADMIN, MARKETER, ROLES, VIEWER, ensure_roles

pytestmark = pytest.mark.django_db


def held(role: str) -> set[str]:
    rows = Permission.objects.filter(group__name=role).values_list("content_type__app_label", "codename")
    return {f"{label}.{name}" for label, name in rows}


@pytest.mark.parametrize("role", ROLES)
def test_after_migrate_a_role_holds_what_it_names(role):
    assert held(role) == set(ROLES[role])


def test_each_role_may_more_than_the_one_below():
    assert set(VIEWER) < set(MARKETER) < set(ADMIN)


def test_a_viewer_changes_nothing_and_sees_no_personal_data():
    assert all(name.partition(".")[2].startswith("view_") for name in VIEWER)


def test_only_an_admin_touches_connections_keys_and_people():
    assert not [name for name in MARKETER if name.startswith("team.") or name.endswith("_connection")]


def test_making_them_again_changes_nothing():
    before = {role: held(role) for role in ROLES}
    ensure_roles()
    call_command("migrate", verbosity=0)
    assert Group.objects.count() == len(ROLES)
    assert {role: held(role) for role in ROLES} == before


def test_a_role_that_lost_a_permission_gets_it_back_and_keeps_what_was_added():
    marketers = Group.objects.get(name="Marketer")
    marketers.permissions.remove(Permission.objects.get(codename="launch_canvas"))
    marketers.permissions.add(Permission.objects.get(codename="view_auditevent"))
    ensure_roles()
    assert held("Marketer") == {*MARKETER, "team.view_auditevent"}


def test_a_role_that_was_deleted_comes_back():
    Group.objects.all().delete()
    ensure_roles()
    assert held("Admin") == set(ADMIN)
