"""A batch that can't be taken as it is: halved, so that one bad row keeps nobody else out, or left as it is.

Refused: the halves go out; while one of two is accepted, the other is halved on, down to the one row that is refused.
If both are refused it need not be a row's fault, and the audience pauses; if they are refused again afterwards, though
it took other rows, it is the rows after all. Too large: halved at once, or after some tries where size is only a guess.
At most 100 requests a batch.

Members move to the halves, the halved batch stays as an empty row (docs/decisions/0006-halving.md).
"""

from datetime import datetime
from enum import Enum

from django.db import transaction
from django.db.models import Count, F

from .errors import PartnerError, RequestRefused, RowRefused, TooLarge
from .models import Attempt, Member, SyncBatch

MOST_REQUESTS = 100
SMALL = 1_000
"""Below so many people size is no guess any more: what fails then is the network or the partner."""
State = SyncBatch.State
ACCEPTED, REFUSED = "accepted", (RequestRefused.__name__, RowRefused.__name__)
COUNTED = (ACCEPTED, *REFUSED, TooLarge.__name__)


class Next(Enum):
    """What is to be done with a batch that was refused."""

    WAIT = "until the other half was tried"
    PAUSE = "the audience takes nothing"
    HALVE = "it has good rows"
    REFUSE = "it is this very row"
    LEAVE = "its requests are used up"


class Side(Enum):
    """What is known of the other half."""

    NONE = "there is none, or it held nobody to send"
    OPEN = "it was not tried"
    ACCEPTED = "accepted"
    REFUSED = "refused"


def after(batch: SyncBatch, error: PartnerError, now: datetime) -> Next | None:
    """Halves or ends a locked batch that just failed, where that helps. PAUSE: the caller pauses the audience."""
    if isinstance(error, RequestRefused):
        return act(batch, now)
    if is_too_large(batch, error) and people_in(batch) > 1 and requests(batch) < MOST_REQUESTS:
        halve(batch, now)
        return Next.HALVE
    return None


def is_too_large(batch: SyncBatch, error: PartnerError) -> bool:
    if error.halve_after is None or batch.tries < error.halve_after:
        return False
    return error.halve_after == 1 or batch.size > SMALL


@transaction.atomic
def follow(batch: SyncBatch, now: datetime) -> None:
    """This half was settled: the other one may wait for that."""
    others = SyncBatch.objects.select_for_update().filter(original=batch.original_id, parent=batch.parent_id)
    other = others.exclude(pk=batch.pk).filter(state=State.SEALED, lease_token=None).first()
    if other and last_outcome(other)[0] in REFUSED:
        act(other, now)


def act(batch: SyncBatch, now: datetime) -> Next:
    following = judge(batch)
    if following is Next.HALVE:
        halve(batch, now)
    elif following is Next.REFUSE:
        give_up(batch, now, RowRefused.__name__, batch.cause_detail)
        batch.attempts.filter(number=batch.attempts_made).update(outcome=RowRefused.__name__)
    elif following is Next.LEAVE:
        words = f"It was halved until {MOST_REQUESTS} requests were used up. {batch.cause_detail}"
        give_up(batch, now, RequestRefused.__name__, words.strip())
    return following


def judge(batch: SyncBatch) -> Next:
    side, many = other_side(batch), people_in(batch) > 1
    if side is Side.OPEN:
        return Next.WAIT
    if side is Side.REFUSED and not taken_since(batch):
        return Next.PAUSE
    if side is Side.NONE and not many and not taken_since(batch):
        return Next.PAUSE if others_refused(batch) else Next.WAIT
    if not many:
        return Next.REFUSE
    return Next.HALVE if requests(batch) < MOST_REQUESTS else Next.LEAVE


def other_side(batch: SyncBatch) -> Side:
    """A half that held nobody to send tells nothing: then the half above it is asked."""
    if batch.parent_id is None:
        return Side.NONE
    other = SyncBatch.objects.filter(original=batch.original_id, parent=batch.parent_id).exclude(pk=batch.pk).first()
    outcome, rows = last_outcome(other) if other else ("", 0)
    if outcome in REFUSED:
        return Side.REFUSED
    if (outcome == ACCEPTED and rows) or (other and other.state == State.SPLIT and has_taken_part(other)):
        return Side.ACCEPTED
    if other and other.state in (State.SEALED, State.SPLIT) and outcome != ACCEPTED:
        return Side.OPEN
    return other_side(batch.parent)


def last_outcome(batch: SyncBatch) -> tuple[str, int]:
    """How its last try ended, and how many rows that sent; nothing where a person has started it anew since."""
    if batch.state == State.SEALED and not batch.tries:
        return "", 0
    ended = batch.attempts.exclude(outcome="").order_by("-number").values_list("outcome", "rows").first()
    return (ended[0], ended[1] or 0) if ended else ("", 0)


def has_taken_part(batch: SyncBatch) -> bool:
    return Attempt.objects.filter(batch__parent=batch, outcome=ACCEPTED, rows__gt=0).exists()


def taken_since(batch: SyncBatch) -> bool:
    """It was refused again though the audience took something after it had refused the original for the first time."""
    refusals = Attempt.objects.filter(outcome__in=REFUSED)
    first = refusals.filter(batch=batch.original_id or batch.pk).order_by("number").first()
    if first is None or refusals.filter(batch=batch).count() < 2:
        return False
    done = SyncBatch.objects.filter(audience=batch.audience_id, state=State.DONE, settled_at__gte=first.started_at)
    return Attempt.objects.filter(batch__in=done, outcome=ACCEPTED, rows__gt=0, pk__gt=first.pk).exists()


def others_refused(batch: SyncBatch) -> bool:
    """Another batch of the audience was refused too, and waits."""
    waiting = SyncBatch.objects.filter(audience=batch.audience_id, state=State.SEALED).exclude(pk=batch.pk)
    last = Attempt.objects.filter(batch__in=waiting, number=F("batch__attempts_made"))
    return last.filter(outcome__in=REFUSED).exists()


def requests(batch: SyncBatch) -> int:
    """That halving has cost so far. Tries that failed for other reasons don't count: they say nothing of the rows."""
    original = batch.original_id or batch.pk
    return Attempt.objects.filter(batch__original=original, outcome__in=COUNTED).count() + 1


def people_in(batch: SyncBatch) -> int:
    """Trips of one person go together: they are one row."""
    return named(batch).aggregate(n=Count("profile", distinct=True))["n"]


def named(batch: SyncBatch):
    return batch.members.exclude(profile=None)


def halve(batch: SyncBatch, now: datetime) -> None:
    """Two children in its place; who was erased meanwhile goes with the second."""
    people = named(batch).order_by("profile_id").values_list("profile_id", flat=True).distinct()
    last = people[people_in(batch) // 2 - 1]
    for theirs in (batch.members.filter(profile__lte=last), batch.members.all()):
        half = child(batch, now)
        half.size = theirs.update(batch=half)
        half.withdrawn = half.members.filter(verdict=Member.Verdict.WITHDRAWN).count()
        half.save(update_fields=["size", "withdrawn"])
    batch.state, batch.settled_at, batch.size, batch.withdrawn = State.SPLIT, now, 0, 0
    batch.save(update_fields=["state", "settled_at", "size", "withdrawn"])


def child(batch: SyncBatch, now: datetime) -> SyncBatch:
    inherited = (
        "audience_id",
        "created_at",
        "sealed_at",
        "clock_at",
        "attempts_made",
        "tries",
        "read_at",
        "read_fields",
    )
    return SyncBatch.objects.create(
        **{name: getattr(batch, name) for name in inherited}, parent=batch, original=batch.original or batch,
        state=State.SEALED, next_attempt_at=now,
    )  # fmt: skip


def give_up(batch: SyncBatch, now: datetime, cause: str, detail: str) -> None:
    batch.state, batch.settled_at, batch.cause, batch.cause_detail = State.FAILED, now, cause, detail
    batch.save(update_fields=["state", "settled_at", "cause", "cause_detail"])
