"""Was she sent? The answer over all custom audiences of a person, and her latest syncs with their causes and tries."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Prefetch
from django.http import HttpRequest
from django.utils import timezone

from audiences import masking
from audiences.models import Profile
from audiences.panels import MAIN, TOP, Part

from . import errors, manifests, partner, retry
from .models import Attempt, Manifest, Member, SyncBatch, field_in_words

SHOWN, TRIES_SHOWN = 50, 5
State, Verdict = SyncBatch.State, Member.Verdict
BY_VERDICT = {Verdict.MISSING: "missing_fields", Verdict.REFUSED: "not_synced", Verdict.WITHDRAWN: "withdrawn"}
BY_STATE = {
    State.OPEN: "pending", State.SEALED: "pending", State.DONE: "synced", State.FAILED: "not_synced",
    State.WITHDRAWN: "withdrawn", State.SPLIT: "pending",
}  # fmt: skip
OUTCOMES = {"accepted": "Accepted", "lost": "Broken off; no answer was seen", "": "Being sent"}
BEST_FIRST = ("synced", "pending", "missing_fields", "not_synced", "withdrawn")


def status(state: str, verdict: str) -> str:
    """The member's own verdict, else the batch's state."""
    return BY_VERDICT.get(verdict) or BY_STATE[state]


@dataclass(frozen=True)
class Field:
    """A chosen match field: whether it was sent; of who was not sent yet, whether the profile as it is now has a value,
    and one that can be sent."""

    label: str
    present: bool
    sent: bool


@dataclass(frozen=True)
class Sync:
    """One membership of the person, as it stands at `now`."""

    member: Member
    profile: Profile
    now: datetime

    @property
    def batch(self) -> SyncBatch:
        return self.member.batch

    @property
    def status(self) -> str:
        return status(self.batch.state, self.member.verdict)

    @property
    def partner(self) -> str:
        return partner.of(self.batch.audience.ad_account.connection).label

    @property
    def cause(self) -> str:
        return errors.sentence(self.batch.cause) if self.batch.cause else ""

    @property
    def cure(self) -> str:
        return errors.cure(self.batch.cause) if self.batch.cause else ""

    @property
    def next_try(self) -> datetime | None:
        """When it is tried next, not before the scopes that are held back are free; None: at once."""
        account = self.batch.audience.ad_account
        moments = [scope.paused_until for scope in (self.batch.audience, account, account.connection)]
        latest = max((moment for moment in (self.batch.next_attempt_at, *moments) if moment), default=self.now)
        return latest if latest > self.now else None

    @property
    def given_up_at(self) -> datetime | None:
        return retry.deadline(self.batch.clock_at, settings.SYNC_RETRY_HOURS) if self.batch.clock_at else None

    @property
    def clock(self) -> int:
        """How much of the time for retrying is used up, in percent."""
        used = (self.now - self.batch.clock_at) / timedelta(hours=settings.SYNC_RETRY_HOURS)
        return round(100 * min(max(used, 0), 1))

    @property
    def others(self) -> int:
        """Who was accepted with her."""
        batch = self.batch
        return max(batch.size - batch.missing - batch.refused - batch.rejected_unnamed - batch.withdrawn - 1, 0)

    @property
    def manifest(self) -> Manifest | None:
        """What she was sent with; None before that, and for what was sent before manifests were kept."""
        done = self.batch.state == State.DONE and self.member.verdict != Verdict.WITHDRAWN
        return getattr(self.batch, "manifest", None) if done else None

    @property
    def fields(self) -> list[Field]:
        return self.fields_then if self.manifest else self.fields_now

    @property
    def fields_then(self) -> list[Field]:
        sent = manifests.fields_sent(self.manifest, self.member.place)
        return [Field(label(name), name in sent, name in sent) for name in self.manifest.fields]

    @property
    def fields_now(self) -> list[Field]:
        audience = self.batch.audience
        them = partner.of(audience.ad_account.connection)
        sent = them.fields_sent(audience.fields, partner.Person.of(self.profile, them.columns(audience.fields)))
        return [Field(label(name), bool(value_of(self.profile, name)), name in sent) for name in audience.fields]

    @property
    def tries(self) -> list[Attempt]:
        """The last ones, the latest first."""
        tries = sorted(self.batch.attempts.all(), key=lambda attempt: -attempt.number)
        for attempt in tries:
            attempt.words = OUTCOMES.get(attempt.outcome) or errors.sentence(attempt.outcome)
        return tries

    @property
    def earlier_tries(self) -> int:
        return self.batch.attempts_made - len(self.tries)


@dataclass(frozen=True)
class Answer:
    """To how many custom audiences she was sent; each counts once, by the best that came of it."""

    counts: Counter

    @property
    def audiences(self) -> int:
        return self.counts.total()

    @property
    def rows(self) -> list[tuple[str, int]]:
        return [(name, self.counts[name]) for name in BEST_FIRST if self.counts[name] or name != "withdrawn"]


def panel(profile: Profile, request: HttpRequest) -> Iterator[Part]:
    if not request.user.has_perm("integrations.view_customaudience"):
        return
    found = syncs(profile, timezone.now())
    who = masking.may_see(request.user) and profile.first_name.strip() or "this person"
    yield Part(TOP, "integrations/_profile_answer.html", {"answer": answer(profile), "who": who})
    yield Part(MAIN, "integrations/_profile_syncs.html", {"syncs": found[:SHOWN], "more": len(found) > SHOWN})


def answer(profile: Profile) -> Answer:
    rows = Member.objects.filter(profile=profile.pk).values_list("batch__audience", "batch__state", "verdict")
    best: dict[int, str] = {}
    for audience, state, verdict in rows.distinct():
        names = {status(state, verdict), best.get(audience, BEST_FIRST[-1])}
        best[audience] = min(names, key=BEST_FIRST.index)
    return Answer(Counter(best.values()))


def syncs(profile: Profile, now: datetime) -> list[Sync]:
    """The latest memberships; one more than is shown, if there is one. Two queries."""
    tries = Attempt.objects.filter(number__gt=F("batch__attempts_made") - TRIES_SHOWN)
    rows = manifests.with_place(Member.objects.filter(profile=profile.pk)).select_related(
        "batch__audience__ad_account__connection", "batch__audience__step__canvas", "batch__manifest"
    )
    latest = rows.prefetch_related(Prefetch("batch__attempts", tries)).order_by("-pk")[: SHOWN + 1]
    return [Sync(member, profile, now) for member in latest]


def label(field: str) -> str:
    words = field_in_words(field)
    return words[:1].upper() + words[1:]


def value_of(profile: Profile, field: str) -> object:
    return getattr(profile, "first_name" if field == "first_initial" else field, None)
