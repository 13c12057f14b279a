"""Who came to a step that passes people on, and what became of each: three or four queries a page, however many people.

People who stand at the step come first (it hands them over at once, but not while the Canvas is stopped), then members
in the order of their batches. Who is handed over between two pages is seen twice rather than not at all.
A batch row tells whether it holds anybody of a status, so a page looks into few batches, and never sorts or joins many.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import F, Prefetch, Q, QuerySet, Sum

from canvas.models import Canvas, Cohort, Entry, Step
from canvas.steps.people import Page, StepPerson

from .errors import RowRefused, named, sentence
from .models import Member, Pausable, SyncBatch

State, Verdict = SyncBatch.State, Member.Verdict
WAITING = (State.OPEN, State.SEALED)
CURSOR = re.compile(r"([0-9]{1,18})(?:-([0-9]{1,18}))?")
SETTLED_ALIKE = Q(state=State.DONE, size__gt=F("missing") + F("refused") + F("withdrawn"))
STATUSES: dict[str, tuple[Q, Q]] = {
    "synced": (SETTLED_ALIKE, Q(verdict="")),
    "pending": (Q(state__in=WAITING, size__gt=F("withdrawn")), Q(verdict="")),
    "missing_fields": (Q(state=State.DONE, missing__gt=0), Q(verdict=Verdict.MISSING)),
    "not_synced": (
        Q(state=State.DONE, refused__gt=0) | Q(state=State.FAILED, size__gt=F("withdrawn")),
        Q(verdict=Verdict.REFUSED) | Q(verdict="", batch__state=State.FAILED),
    ),
    "withdrawn": (
        Q(state=State.WITHDRAWN) | Q(withdrawn__gt=0),
        Q(verdict=Verdict.WITHDRAWN) | Q(batch__state=State.WITHDRAWN),
    ),
}
"""For each status, the batches that hold somebody of it, and who in them is."""
UNNAMED = (
    "{} of {} people can't be told apart: the partner refused that many rows without naming them. They count as User "
    "Not Synced, and are listed as Synced with the others of their batch; each of these has a note."
)
NAMES = {Verdict.MISSING: "missing_fields", Verdict.REFUSED: "not_synced", Verdict.WITHDRAWN: "withdrawn"}
STATES = {State.DONE: "synced", State.FAILED: "not_synced", State.WITHDRAWN: "withdrawn"}


class Place(NamedTuple):
    """The last one of a page: an entry that stands at the step (batch 0), or a member by its batch and entry."""

    batch: int
    entry: int

    def __str__(self) -> str:
        return f"{self.batch}-{self.entry}"


def people(
    step: Step | None, status: str, after: str, limit: int, only: QuerySet | None = None, cause: str = ""
) -> Page:
    """`status` is one of STATUSES or ""; `step` is None while the Canvas was never launched; `only`: of these;
    `cause`: the kind of error that keeps them out, or the state that says it all."""
    status, cause = (cause, "") if cause in STATUSES else (status, cause)
    place = read(after)
    theirs = Q() if only is None else Q(profile__in=only.values("pk"))
    rows = found(step, status, place, limit, theirs, cause) if step else []
    shown = [person for _, person in rows[:limit]]
    note = differs(step) if step and may_differ(status, shown) else ""
    return Page(shown, str(rows[limit - 1][0]) if len(rows) > limit else "", note)


def may_differ(status: str, shown: Sequence[StepPerson]) -> bool:
    """Somebody on this page may be one of those who were refused without being named, or is missing on it for that."""
    return status == "not_synced" or any(person.status == "synced" and person.cause for person in shown)


def differs(step: Step) -> str:
    """Rows that the partner refused without naming them: counted as User Not Synced, but nobody knows whom to list."""
    done = SyncBatch.objects.filter(audience__step=step, state=State.DONE, rejected_unnamed__gt=0)
    among = F("size") - F("missing") - F("refused") - F("withdrawn")
    told = done.aggregate(many=Sum("rejected_unnamed"), of=Sum(among))
    return named(UNNAMED.format(*map(intcomma, told.values()))) if told["many"] else ""


def read(after: str) -> Place:
    match = CURSOR.fullmatch(after or "0-0")
    if not match or match[2] is None:
        raise ValueError("Send the `next` of the page before, as it was.")
    return Place(int(match[1]), int(match[2]))


def found(
    step: Step, status: str, place: Place, limit: int, only: Q, cause: str = ""
) -> list[tuple[Place, StepPerson]]:
    """One more than the page holds, if there are more."""
    stand = status in ("", "pending") and not place.batch and not cause
    rows = list(standing(step, place, limit + 1, only)) if stand else []
    start = place if place.batch else Place(0, 0)
    return rows + list(members(step, status, start, limit + 1 - len(rows), only, cause))


def standing(step: Step, place: Place, most: int, only: Q) -> Iterator[tuple[Place, StepPerson]]:
    here = Cohort.objects.filter(canvas=step.canvas_id, step=step, ended_at=None).values("pk")
    rows = Entry.objects.filter(only, cohort__in=here, pk__gt=place.entry).order_by("pk")
    for pk, profile, external_id, status in rows.values_list(
        "pk", "profile_id", "profile__external_id", "canvas__status"
    )[:most]:
        stopped = status != Canvas.Status.ACTIVE
        cause = f"Not handed over yet{': the Canvas is ' + status if stopped else ''}."
        yield Place(0, pk), StepPerson(pk, profile if external_id else None, external_id, "pending", cause)


def members(
    step: Step, status: str, place: Place, most: int, only: Q, cause: str = ""
) -> Iterator[tuple[Place, StepPerson]]:
    batches, people_of = STATUSES.get(status, (Q(size__gt=0), Q()))
    if cause:
        batches, people_of = batches & kept_out(cause), people_of & kept_out_of(cause)
    holding = SyncBatch.objects.filter(batches, audience__step=step, pk__gte=place.batch).order_by("pk").values("pk")
    if not only:  # Each batch has one to show, but for the one half shown.
        holding = list(holding.values_list("pk", flat=True)[: most + 1])
    later = Q(batch__gt=place.batch) | Q(batch=place.batch, entry__gt=place.entry)
    chosen = Member.objects.filter(later, people_of, only, batch__in=holding).order_by("batch_id", "entry_id")
    # By themselves they come in the order of their index, and it is left when the page is full.
    page = with_all_that_is_told().filter(pk__in=chosen.values("pk")[:most])
    for member in page.order_by("batch_id", "entry_id"):
        yield Place(member.batch_id, member.entry_id), person(member)


def kept_out(kind: str) -> Q:
    """Batches that met this kind of error last, or wait behind it; or have rows that were refused for themselves."""
    if kind == RowRefused.__name__:
        return Q(refused__gt=0) | Q(cause=kind)
    scopes = ("audience__", "audience__ad_account__", "audience__ad_account__connection__")
    held = Q(*((f"{scope}pause_kind", kind) for scope in scopes), _connector=Q.OR)
    return Q(state__in=(*WAITING, State.FAILED)) & (Q(cause=kind) | Q(cause="", state__in=WAITING) & held)


def kept_out_of(kind: str) -> Q:
    """Who in these batches is meant."""
    refused = Q(verdict=Verdict.REFUSED)
    return refused | Q(verdict="", batch__cause=kind) if kind == RowRefused.__name__ else Q(verdict="")


def with_all_that_is_told() -> QuerySet[Member]:
    """A page is of few batches: each is read once, and not beside each of its people."""
    batches = SyncBatch.objects.select_related("audience__ad_account__connection")
    return Member.objects.annotate(external_id=F("profile__external_id")).prefetch_related(Prefetch("batch", batches))


def person(member: Member) -> StepPerson:
    batch, status = member.batch, status_of(member)
    return StepPerson(
        member.entry_id, member.profile_id if member.external_id else None, member.external_id, status,
        cause_of(member, status), batch.attempts_made,
        next_attempt(batch) if status == "pending" else None, batch.settled_at if status == "synced" else None,
    )  # fmt: skip


def status_of(member: Member) -> str:
    return NAMES.get(member.verdict) or STATES.get(member.batch.state, "pending")


def cause_of(member: Member, status: str) -> str:
    """In plain words, "" where nothing is to be explained."""
    batch = member.batch
    if member.verdict == Verdict.REFUSED:
        return member.reason
    if status == "missing_fields":
        return "None of the chosen fields is known."
    if status == "withdrawn":
        return "Erased before it was sent." if member.verdict else "Cancelled before it was sent."
    return unnamed(batch) if status == "synced" else trouble(batch)


def unnamed(batch: SyncBatch) -> str:
    """A warning: the partner refused rows that it did not name, so any of these people may be one of them."""
    many, among = batch.rejected_unnamed, batch.size - batch.missing - batch.refused - batch.withdrawn
    return f"{many} of the {among} people sent in this batch were refused without being named." if many else ""


def trouble(batch: SyncBatch) -> str:
    """What the batch met last, or what holds it back before it was ever tried."""
    held = next((scope for scope in scopes(batch) if scope.paused_until and batch.state in WAITING), None)
    kind, detail = batch.cause, batch.cause_detail
    if not kind and held:
        kind, detail = held.pause_kind, held.pause_detail
    return f"{sentence(kind)} {detail}".strip() if kind else ""


def scopes(batch: SyncBatch) -> tuple[Pausable, ...]:
    """The narrowest first."""
    account = batch.audience.ad_account
    return (batch.audience, account, account.connection)


def next_attempt(batch: SyncBatch) -> datetime | None:
    """When something is tried again: the batch itself, or what holds it back."""
    moments = [batch.next_attempt_at, *(scope.paused_until for scope in scopes(batch))]
    return max((moment for moment in moments if moment), default=None)
