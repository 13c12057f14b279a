"""A step type of one's own is one class: it works without a touch to the engine."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db.models import Q

from canvas.steps import registry
from canvas.steps.base import Routes, Setting, StepType
from tests.cast import delay, launch, people, step_numbers, tick, user

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def read_letter(value) -> str:
    if not isinstance(value, str) or len(value) != 1:
        raise ValueError("Write one letter.")
    return value


class Cloakroom(StepType):
    """People wait an hour; who is called like the letter leaves by another door."""

    type, label, group = "cloakroom", "Cloakroom", "Wait"
    settings = {"letter": Setting("Letter", read_letter)}

    def branches(self, settings):
        return ("letter", "others")

    def due(self, step, now):
        return now + HOUR

    def route(self, step, cohorts, now):
        return Routes({"letter": Q(profile__first_name__startswith=step.settings["letter"])}, "others")


@pytest.fixture
def cloakroom(monkeypatch):
    monkeypatch.setitem(registry.TYPES, Cloakroom.type, Cloakroom())


def test_people_wait_in_it_and_part(cloakroom, client, now):
    people(2, first_name="Ann"), people(3, first_name="Bob")
    room = {"key": "room", "type": "cloakroom", "settings": {"letter": "A"}, "next": {"letter": "a", "others": "b"}}
    canvas = launch(room, delay("a"), delay("b"), at=now)
    tick(now)
    assert step_numbers(canvas)["a"]["entered"] == 0
    tick(now + HOUR)
    assert [step_numbers(canvas)[key]["entered"] for key in ("room", "a", "b")] == [5, 2, 3]
    call_command("audit_sync")
    client.force_login(user("Marketer"))
    for path in ("build/", "steps/room/", "analytics/", "analytics/room/"):
        assert "Cloakroom" in client.get(f"/canvases/{canvas.pk}/{path}").content.decode(), path
