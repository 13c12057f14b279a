"""One of everything, or many: what pages are walked with. Its names are hidden ones, to be found where they leak."""

from datetime import datetime
from functools import cached_property

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import NoReverseMatch, reverse

from audiences import erasure
from audiences.models import CustomAttribute, Erasure, Event, EventName, Import, Purchase
from canvas.models import ArrivalHour, Conversion, Revision, Trigger, WayConversion
from config.team import inviting
from config.team.models import ApiKey, Invitation, KeptAnswer, Notice, NoticeChoice, User
from integrations import confirmations
from integrations.hourly import PARTS
from integrations.mail import suppression
from integrations.mail.models import Suppression
from integrations.models import BatchHour, Connection, CustomAudience, DispatchHour, Incident, Outlet
from integrations.webhook import signing
from tests.cast import delay, draft, facebook_step, launch, message, people, split, tick, user, webhook
from tests.factories import ProfileFactory, SegmentFactory

HIDDEN = "Zanzibar"
"""Stands in the name of every Canvas, segment, file, account and person."""
AMERICANS = {"attribute": "country", "op": "is", "value": "US"}
NOT_THERE = 10**9
NOBODY = dict.fromkeys(PARTS, 0)
PKS = {"pk", "number", "profile", "object_id", "id", "segment_id", "canvas_id"}
OF_OUTLETS = ("retry_outgoing", "cancel_outgoing")
OF_STEPS = ("retry_step", "cancel", "attempts", "attempts_csv")
LIVE = (
    "analytics", "analytics_csv", "step_analytics", "step_people", "step_people_csv", "stop", "export", "duplicate",
    "edit", "discard", "restore",
)  # fmt: skip
DRAFT = ("launch", "add", "link")


class World:
    """One of everything; `grow` adds many."""

    def __init__(self, now: datetime) -> None:
        self.jane = ProfileFactory(external_id="jane", email="jane@zanzibar.example", first_name=HIDDEN)
        people(2, country="US"), people(1, email="")
        self.segment = SegmentFactory(name=f"{HIDDEN} lapsed", filter={"all": [AMERICANS]})
        self.make_facts(now, 0, 1)
        self.make_canvases(now, 1)
        self.make_erasures(now, 1)
        confirmations.tick("facebook", "business", now, user("Admin"))
        self.file = self.upload()
        self.key, _ = ApiKey.make(HIDDEN, ["segments"], user("Admin"))
        KeptAnswer.objects.create(api_key=self.key, name="a", call="b", at=now)
        Notice.objects.create(
            user=user("Admin"), kind="account", about="incident:1", tone="bad", title=HIDDEN, text=HIDDEN, at=now,
            url="/partners/facebook/",
        )  # fmt: skip
        NoticeChoice.objects.create(user=user("Admin"), kind="account", mail="none", shown="all")
        facts = {"scope": "account", "scope_pk": 1, "name": HIDDEN, "tone": "bad", "headline": HIDDEN}
        Incident.objects.create(connection=Connection.objects.get(), began_at=now, ended_at=now, **facts)
        inviting.invite("new@zanzibar.example", "Viewer", user("Admin"), now)

    def grow(self, now: datetime, many: int) -> None:
        people(10 * many, country="US")
        for n in range(many):
            SegmentFactory(name=f"{HIDDEN} {n}", filter={"any": [AMERICANS, {"segment": self.segment.name}]})
            launch(*self.steps(1), name=f"{HIDDEN} {n}", at=now) if n % 5 == 0 else draft(name=f"{HIDDEN} {n}")
        self.make_facts(now, 1, many)
        self.make_canvases(now, many)
        self.make_erasures(now, many)
        Import.objects.bulk_create(Import(file_name=f"{HIDDEN}{n}.csv", state="done") for n in range(many))
        User.objects.bulk_create(User(email=f"u{n}@zanzibar.example") for n in range(many))
        for n in range(many):
            inviting.invite(f"new{n}@zanzibar.example", "Viewer", user("Admin"), now)

    def make_facts(self, now: datetime, first: int, last: int) -> None:
        """What is known of Jane."""
        for n in range(first, last):
            CustomAttribute.objects.create(name=f"tier {n}", type="text")
            self.jane.attributes[f"tier {n}"] = "gold"
            Event.objects.create(profile=self.jane, name=f"viewed {n}", time=now)
            EventName.objects.get_or_create(name=f"viewed {n}")
            Purchase.objects.create(profile=self.jane, product_id=f"A{n}", currency="USD", price=3, time=now)
        self.jane.save()

    def make_erasures(self, now: datetime, many: int) -> None:
        """People who were sent and are gone; in so small an audience their removals wait."""
        gone = [one.external_id for one in ProfileFactory.create_batch(many, first_name=HIDDEN)]
        launch(facebook_step(audience_name=f"{HIDDEN} all"), name=f"{HIDDEN} all {many}", at=now)
        tick(now)
        erasure.erase(gone, now)

    def make_canvases(self, now: datetime, long: int) -> None:
        """One that is live, with people in it and a history, and one that is not yet."""
        steps, audience = self.steps(long), {"segment": self.segment.name}
        out = {"event": f"{HIDDEN} bought"}
        self.letters = launch(message("letter"), name=f"{HIDDEN} letters {long}", at=now, audience=audience)
        self.live = launch(*steps, name=f"{HIDDEN} live {long}", at=now, audience=audience, exit=out)
        tick(now)
        Conversion.objects.create(canvas=self.live, entry=self.live.entry_set.first(), name="Bought", at=now)
        ArrivalHour.objects.create(canvas=self.live, hour=now, n=1)
        hour = {"settled_at": now, "last_at": now, "state": "withdrawn"}
        BatchHour.objects.create(
            audience=CustomAudience.objects.get(step__canvas=self.live), **hour, **NOBODY, first_at=now
        )
        DispatchHour.objects.create(outlet=Outlet.objects.get(step__canvas=self.letters), **hour, people=0)
        WayConversion.objects.get_or_create(step=self.live.steps.first(), branch="A", name="Bought", n=1)
        self.draft = draft(*steps, name=f"{HIDDEN} draft {long}", audience=audience)
        Revision.objects.create(canvas=self.draft, edition=1, document={}, via="dashboard", at=now)
        Suppression.objects.get_or_create(digest=suppression.digest(self.jane.email), profile_id=self.jane.pk)
        self.calls = draft(webhook("hook"), name=f"{HIDDEN} calls {long}")
        signing.ensure(now)
        Trigger.objects.create(canvas=self.draft, profile=self.jane, at=now, context={})

    def steps(self, long: int) -> list[dict]:
        row = [delay(f"wait{n}" if n else "wait", then=f"wait{n + 1}") for n in range(long)] + [delay(f"wait{long}")]
        return [split({"segment": self.segment.name}, "fb", "wait"), facebook_step(then="wait"), *row]

    def upload(self) -> Import:
        """As a marketer would, with one row that is refused."""
        client = signed_in(user("Marketer"))
        content = b"external_id,email\nu1,a@zanzibar.example\n,b@zanzibar.example\n"
        client.post(reverse("audiences:import_upload"), {"file": SimpleUploadedFile(f"{HIDDEN}.csv", content)})
        return Import.objects.get()

    @cached_property
    def accounts(self) -> dict[str, User]:
        found = {role: user(role) for role in ("Newcomer", "Viewer", "Marketer", "Admin", "Staff")}
        User.objects.filter(email="staff@example.com").update(is_staff=True)
        for one in found.values():
            TOTP.activate(one, "JBSWY3DPEHPK3PXP")
            RecoveryCodes.activate(one)
        return {role: User.objects.get(pk=one.pk) for role, one in found.items()}

    def client(self, role: str) -> Client:
        """Signed in as on the first day, whatever was done before. One for all: making one reads every static file."""
        self.browser.cookies.clear()
        if role != "Anonymous":
            self.browser.cookies["sessionid"] = self.sessions[role]
        return self.browser

    @cached_property
    def browser(self) -> Client:
        return Client()

    @cached_property
    def sessions(self) -> dict[str, str]:
        return {role: signed_in(account).cookies["sessionid"].value for role, account in self.accounts.items()}

    def addresses(self, name: str, missing: bool = False) -> list[str]:
        """Every address of this name; `missing` asks for those of things that are not there."""
        return list(dict.fromkeys(filter(None, (at(name, one) for one in self.arguments(name, missing)))))

    def arguments(self, name: str, missing: bool) -> list[dict]:
        space, _, page = name.rpartition(":")
        of = getattr(self, f"of_{space or 'account'}")(page)
        if not missing:
            return [{}, *of]
        return [{key: NOT_THERE if key in PKS else one[key] for key in one} for one in of if PKS & one.keys()]

    def of_canvas(self, page: str) -> list[dict]:
        if page == "why_not":
            return [{"pk": self.jane.pk}]
        if page == "create_from":
            return [{"key": "retarget"}]
        if page == "restore":
            return [{"pk": self.live.pk, "number": 1}]
        canvases = [self.live] if page in LIVE else [self.draft] if page in DRAFT else [self.draft, self.live]
        keys = (
            ("fb",)
            if page in ("step_people", "step_people_csv", "change_type", "delete_step", "preview")
            else ("fb", "wait", "split")
        )
        return [{"pk": one.pk} for one in canvases] + [{"pk": one.pk, "key": key} for one in canvases for key in keys]

    def of_audiences(self, page: str) -> list[dict]:
        if page == "erasure":
            return [{"number": Erasure.objects.values_list("number", flat=True)[0]}]
        thing = self.jane if page.startswith("profile") else self.file if page.startswith("import") else self.segment
        return [{"pk": thing.pk}, {"pk": thing.pk, "profile": self.jane.pk}]

    def of_integrations(self, page: str) -> list[dict]:
        if page in OF_STEPS:
            return [{"pk": self.live.steps.get(key="fb").pk}]
        if page in OF_OUTLETS:
            return [{"pk": self.letters.steps.get().pk}]
        if page == "mail_preview":
            return [{"pk": self.letters.pk, "key": "letter"}]
        if page == "webhook_preview":
            return [{"pk": self.calls.pk, "key": "hook"}]
        if page == "unsubscribe":
            return [{"token": suppression.link(self.jane.email, 1).split("/")[-2]}]
        if page == "subscription":
            return [{"pk": self.jane.pk}]
        if page in ("tick", "untick"):
            return [{"key": "facebook", "what": "live"}]
        if page == "facebook_rehearsal":
            return [{"pk": one.pk, "key": "fb"} for one in (self.draft, self.live)]
        if page in ("recreate", "audience"):
            return [{"pk": CustomAudience.objects.filter(step__canvas=self.live).get().pk}]
        return [{"key": "facebook"}, {"key": "facebook", "scope": "connection", "pk": Connection.objects.get().pk}]

    def of_team(self, page: str) -> list[dict]:
        if page == "notice_open":
            return [{"pk": Notice.objects.filter(user=self.accounts["Admin"]).values_list("pk", flat=True)[0]}]
        if page == "invitation_withdraw":
            return [{"pk": Invitation.objects.order_by("pk").values_list("pk", flat=True)[0]}]
        return [{"pk": self.accounts["Viewer"].pk if page.startswith("person") else self.key.pk}]

    def of_api(self, page: str) -> list[dict]:
        canvas = {"canvas_id": self.live.pk}
        receipt = Erasure.objects.values_list("number", flat=True)[0]
        return [
            {"external_id": "jane"},
            {"receipt": receipt},
            {"segment_id": self.segment.pk},
            canvas,
            canvas | {"key": "fb"},
        ]

    def of_account(self, page: str) -> list[dict]:
        return [{"key": "x-y"}, {"uidb36": "1", "key": "x-y"}, {"text": "not-a-link"}, {"pk": 1}]

    def of_admin(self, page: str) -> list[dict]:
        if page == "app_list":
            return [{"app_label": "canvas"}]
        if page == "auth_user_password_change":
            return [{"id": self.accounts["Viewer"].pk}]
        table, _, what = page.rpartition("_")
        row = first(*table.split("_")) if "_" in table and what in ("change", "delete", "history") else 1
        return [{"object_id": row}, {"content_type_id": 1, "object_id": row}]


def first(app: str, model: str) -> int:
    return apps.get_model(app, model)._default_manager.order_by("pk").values_list("pk", flat=True)[0]


def at(name: str, kwargs: dict) -> str:
    try:
        return reverse(name, kwargs=kwargs)
    except NoReverseMatch:
        return ""


def signed_in(account: User) -> Client:
    client = Client()
    client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client
