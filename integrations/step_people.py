"""Who came to a step that passes people on, and what became of each: three or four queries a page, however many people.

People who stand at the step come first (it hands them over at once, but not while the Canvas is stopped), then members
in the order of their batches. Who is handed over between two pages is seen twice rather than not at all.
A batch row tells whether it holds anybody of a status, so a page looks into few batches, and never sorts or joins many.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from itertools import accumulate
from typing import NamedTuple

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import Case, F, IntegerField, Q, QuerySet, Sum, When
from django.db.models.expressions import Combinable

from audiences.people import Sought
from canvas.models import Canvas, Cohort, Entry, Step
from canvas.steps.people import Page, StepPerson

from .errors import RowRefused, named, sentence
from .models import Member, Pausable, SyncBatch
from .step_causes import audiences_of

State, Verdict = SyncBatch.State, Member.Verdict
WAITING = (State.OPEN, State.SEALED)
CURSOR = re.compile(r"([0-9]{1,18})(?:-([0-9]{1,18}))?")
SETTLED_ALIKE = Q(state=State.DONE, size__gt=F("missing") + F("refused") + F("withdrawn"))


class Status(NamedTuple):
    """The batches that hold somebody of it, who in them is, and how many of a batch that is."""

    batches: Q
    people: Q
    many: Combinable


STATUSES: dict[str, Status] = {
    "synced": Status(SETTLED_ALIKE, Q(verdict=""), F("size") - F("missing") - F("refused") - F("withdrawn")),
    "pending": Status(Q(state__in=WAITING, size__gt=F("withdrawn")), Q(verdict=""), F("size") - F("withdrawn")),
    "missing_fields": Status(Q(state=State.DONE, missing__gt=0), Q(verdict=Verdict.MISSING), F("missing")),
    "not_synced": Status(
        Q(state=State.DONE, refused__gt=0) | Q(state=State.FAILED, size__gt=F("withdrawn")),
        Q(verdict=Verdict.REFUSED) | Q(verdict="", batch__state=State.FAILED),
        Case(When(state=State.FAILED, then=F("size") - F("withdrawn")), default="refused", output_field=IntegerField()),
    ),
    "withdrawn": Status(
        Q(state=State.WITHDRAWN) | Q(withdrawn__gt=0),
        Q(verdict=Verdict.WITHDRAWN) | Q(batch__state=State.WITHDRAWN),
        Case(When(state=State.WITHDRAWN, then="size"), default="withdrawn"),
    ),
}
FOUND = 20_000
"""Of so many at most, found by a search, all are looked up; of more, batch after batch is read until a page is full."""
NEAR = 52
"""Batches that are read at once: a page's people and one more, if each batch holds but one."""
ANYBODY = Status(Q(size__gt=0), Q(), F("size"))
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


def people(step: Step | None, status: str, after: str, limit: int, only: Sought | None = None, cause: str = "") -> Page:
    """`status` is one of STATUSES or ""; `step` is None while the Canvas was never launched; `only`: of these;
    `cause`: the kind of error that keeps them out, or the state that says it all."""
    status, cause = (cause, "") if cause in STATUSES else (status, cause)
    place = read(after)
    rows = found(step, status, place, limit, only, cause) if step else []
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
    step: Step, status: str, place: Place, limit: int, only: Sought | None, cause: str = ""
) -> list[tuple[Place, StepPerson]]:
    """One more than the page holds, if there are more."""
    stand = status in ("", "pending") and not place.batch and not cause
    rows = list(standing(step, place, limit + 1, only)) if stand else []
    start = place if place.batch else Place(0, 0)
    return rows + list(members(step, status, start, limit + 1 - len(rows), only, cause))


def standing(step: Step, place: Place, most: int, only: Sought | None) -> Iterator[tuple[Place, StepPerson]]:
    here = Cohort.objects.filter(canvas=step.canvas_id, step=step, ended_at=None).values("pk")
    rows = in_order(Entry.objects.filter(cohort__in=here, pk__gt=place.entry), only, FOUND, "pk")
    for pk, profile, external_id, status in rows.values_list(
        "pk", "profile_id", "profile__external_id", "canvas__status"
    )[:most]:
        stopped = status != Canvas.Status.ACTIVE
        cause = f"Not handed over yet{': the Canvas is ' + status if stopped else ''}."
        yield Place(0, pk), StepPerson(pk, profile if external_id else None, external_id, "pending", cause)


def members(
    step: Step, status: str, place: Place, most: int, only: Sought | None, cause: str = ""
) -> Iterator[tuple[Place, StepPerson]]:
    asked = kept_out(STATUSES.get(status, ANYBODY), cause) if cause else STATUSES.get(status, ANYBODY)
    holding = SyncBatch.objects.filter(asked.batches, audience__step=step, pk__gte=place.batch).order_by("pk")
    later = Q(batch__gt=place.batch) | Q(batch=place.batch, entry__gt=place.entry)
    rows = in_order(Member.objects.filter(later, asked.people), only, FOUND, "batch_id", "entry_id")
    near = [] if only else list(holding.annotate(many=asked.many)[:NEAR])
    page = first(rows, holding.values("pk"), most) if only else page_of(rows, holding, near, most)
    batches = with_what_holds_them(step, near, {member.batch_id for member in page})
    for member in page:
        member.batch = batches[member.batch_id]
        yield Place(member.batch_id, member.entry_id), person(member)


def in_order(rows: QuerySet, only: Sought | None, most: int, *names: str) -> QuerySet:
    return only.among(rows, most, *names) if only else rows.order_by(*names)


def page_of(rows: QuerySet[Member], holding: QuerySet[SyncBatch], near: Sequence[SyncBatch], most: int) -> list[Member]:
    """From as few batches as hold a page by what they count: PostgreSQL sorts all that it is given. Each has one to
    show, but for the first, which may be half shown."""
    sums = accumulate(batch.many for batch in near)
    few = [batch.pk for batch, people in zip(near, sums, strict=True) if people - batch.many < most + near[0].many]
    page = first(rows, few, most)
    if len(page) == most or len(few) == len(near) < NEAR:
        return page
    return first(rows, list(holding.values_list("pk", flat=True)[: most + 1]), most)


def first(rows: QuerySet[Member], batches: QuerySet | Sequence[int], most: int) -> list[Member]:
    """By themselves they come in the order of their index, and it is left when the page is full."""
    chosen = rows.filter(batch__in=batches).values("pk")[:most]
    named = Member.objects.annotate(external_id=F("profile__external_id")).filter(pk__in=chosen)
    return list(named.order_by("batch_id", "entry_id"))


def with_what_holds_them(step: Step, near: Sequence[SyncBatch], wanted: Collection[int]) -> dict[int, SyncBatch]:
    found = {batch.pk: batch for batch in near if batch.pk in wanted}
    found |= SyncBatch.objects.in_bulk(wanted - found.keys())
    audiences = {one.pk: one for one in audiences_of(step)}
    for batch in found.values():
        batch.audience = audiences[batch.audience_id]
    return found


def kept_out(asked: Status, kind: str) -> Status:
    """Who met this kind of error last, or waits behind it; or was refused for himself."""
    if kind == RowRefused.__name__:
        refused = Q(verdict=Verdict.REFUSED) | Q(verdict="", batch__cause=kind)
        return Status(asked.batches & (Q(refused__gt=0) | Q(cause=kind)), asked.people & refused, F("refused"))
    scopes = ("audience__", "audience__ad_account__", "audience__ad_account__connection__")
    held = Q(*((f"{scope}pause_kind", kind) for scope in scopes), _connector=Q.OR)
    batches = Q(state__in=(*WAITING, State.FAILED)) & (Q(cause=kind) | Q(cause="", state__in=WAITING) & held)
    return Status(asked.batches & batches, asked.people & Q(verdict=""), F("size") - F("withdrawn"))


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
