"""A second partner with a step of its own: everything works without a touch to Canvas or the generic integrations."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.core.management import call_command

from audiences import erasure
from canvas.steps import registry
from integrations import connecting, partner
from integrations.audience_step import AudienceStep
from integrations.errors import Unavailable
from integrations.models import Attempt, Removal
from integrations.partner import AccountFacts, Farewell, Load, Parcel, Partner, Reading, Receipt, Standing
from tests.cast import draft, facebook_step, fate, launch, people, tick, user

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


class Pigeons(Partner):
    """Carries e-mail addresses to a loft on the roof."""

    key, label = "pigeons", "Pigeon Post"
    loft: dict[str, set[str]]
    fog = False

    def verify(self, token):
        return Standing({"valid": True})

    def trouble(self, connection, now):
        return ""

    def ad_accounts(self, token):
        return [AccountFacts("roof", "The roof", {})]

    def read_audiences(self, token, ad_account):
        return Reading(len(self.loft), frozenset(self.loft))

    def create_audience(self, audience):
        self.loft[audience.name] = set()
        return audience.name

    def find_audience(self, audience):
        return audience.name if audience.name in self.loft else None

    def columns(self, fields):
        return fields

    def fields_sent(self, fields, person):
        return [name for name in fields if person.values[name]]

    def pack(self, parcel):
        return Basket(self, parcel)

    def identify(self, fields, people):
        return {one.profile_id: {name: one.values[name] for name in fields} for one in people}

    def remove(self, audience, people, session_id, seconds):
        self.loft[audience.partner_id] -= {cells["email"] for each in people.values() for cells in each}
        return Farewell()

    def probe(self, scope):
        if self.fog:
            raise Unavailable("Fog.")


@dataclass
class Basket(Load):
    """What one pigeon carries."""

    pigeons: Pigeons
    parcel: Parcel

    def post(self):
        if self.pigeons.fog:
            raise Unavailable("Fog.")
        people = list(self.parcel.people)
        missing = [one.profile_id for one in people if not one.values["email"]]
        known = {one.values["email"] for one in people if one.values["email"]}
        self.pigeons.loft[self.parcel.audience.partner_id] |= known
        return Receipt(rows=len(known), received=len(known), missing=missing)


class PigeonStep(AudienceStep):
    type, partner, label = "pigeon_audience", "pigeons", "Pigeon Step"


@pytest.fixture
def pigeons(db, monkeypatch, now):
    made = Pigeons()
    made.loft = {}
    monkeypatch.setitem(partner.PARTNERS, made.key, made)
    monkeypatch.setitem(registry.TYPES, PigeonStep.type, PigeonStep())
    connecting.connect("pigeons", "a-shrill-whistle", now)
    return made


def step() -> dict:
    settings = {"ad_account": "roof", "audience_name": "Roof", "fields": ["email"]}
    return {"key": "pigeons", "type": "pigeon_audience", "settings": settings, "next": {}}


def roof(canvas) -> dict[str, int]:
    return fate(canvas, "pigeons")


def test_people_are_carried_and_counted(pigeons, now):
    people(3), people(1, email="")
    canvas = launch(step(), at=now)
    tick(now)
    assert pigeons.loft == {"Roof": {"p0@example.com", "p1@example.com", "p2@example.com"}}
    assert roof(canvas) == {"synced": 3, "missing_fields": 1}
    call_command("audit_sync")


def test_in_fog_they_wait_and_go_when_it_lifts(pigeons, now):
    people(2)
    canvas = launch(step(), at=now)
    pigeons.fog = True
    tick(now)
    assert roof(canvas) == {"pending": 2} and Attempt.objects.get().outcome == "Unavailable"
    pigeons.fog = False
    tick(now + HOUR)
    assert roof(canvas) == {"synced": 2}


def test_who_is_erased_leaves_the_loft(pigeons, now):
    people(2)
    launch(step(), at=now)
    tick(now)
    erasure.erase(["p0"], now + HOUR)
    tick(now + HOUR)
    assert pigeons.loft == {"Roof": {"p1@example.com"}}
    assert Removal.objects.get().state == "removed"


def test_every_page_knows_it(pigeons, connection, client, now):
    [jane] = people(1)
    canvas = launch(step(), facebook_step(), at=now)
    tick(now)
    client.force_login(user("Admin"))
    for path in (
        "/", "/partners/", "/partners/pigeons/", "/partners/audiences/", f"/canvases/{canvas.pk}/build/",
        f"/canvases/{canvas.pk}/steps/pigeons/", f"/canvases/{canvas.pk}/analytics/",
        f"/canvases/{canvas.pk}/analytics/pigeons/", f"/audience/profiles/{jane.pk}/",
    ):  # fmt: skip
        page = client.get(path)
        assert page.status_code == 200, path
        assert path == "/" or "Pigeon" in page.content.decode() or "Roof" in page.content.decode(), path
    assert "Pigeon Step" in client.get(f"/canvases/{draft(step(), name='New').pk}/add/").content.decode()
