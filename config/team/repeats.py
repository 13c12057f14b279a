"""Calls that may be repeated: with an `Idempotency-Key`, the same call is carried out once and answered the same again.

As the IETF's draft-ietf-httpapi-idempotency-key-header has it. The answer is kept in the transaction that did the work:
a crash leaves both or neither, and a repeat that comes meanwhile waits for the first. What was refused is not kept.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from ninja import Header

from .models import KeptAnswer
from .refusals import Refusal

KEPT = timedelta(hours=24)
PART = 1_000
"""Answers that one pass deletes."""
ABOUT = "Any text of your own, such as a UUID: a repeat with the same one within 24 hours changes nothing."
IdempotencyKey = Annotated[
    str | None, Header(None, alias="Idempotency-Key", min_length=1, max_length=255, description=ABOUT)
]


@transaction.atomic
def once(request: HttpRequest, response: HttpResponse, name: str | None, work: Callable[[], dict]) -> dict:
    """What `work` answers, or answered when this call first came. `work` must refuse before it changes anything."""
    if name is None:
        return work()
    call = digest("call", f"{request.method} {request.path}\n", request.body)
    answer, is_new = kept(request, digest("name", name.strip('"'), b""), call)
    if answer.call != call:
        raise Refusal(422, "This Idempotency-Key was used for another call. Send each call with a key of its own.")
    if is_new:
        answer.body = work()
        answer.save(update_fields=["body"])
    else:
        response.headers["Idempotent-Replayed"] = "true"
    return answer.body


def kept(request: HttpRequest, name: str, call: str) -> tuple[KeptAnswer, bool]:
    """The row of this name, and whether it is new; where another transaction is just making it, this one waits."""
    row = KeptAnswer(api_key=request.auth, name=name, call=call, at=timezone.now())
    KeptAnswer.objects.bulk_create([row], ignore_conflicts=True)
    found = KeptAnswer.objects.get(api_key=request.auth, name=name)
    return found, found.body is None


def digest(kind: str, text: str, body: bytes) -> str:
    """Keyed, so that nobody who reads the table can try out names or bodies."""
    return salted_hmac(f"config.team.repeats.{kind}", text.encode() + body, algorithm="sha256").hexdigest()


def prune(now: datetime) -> int:
    """Deletes a part of the answers that were kept long enough; returns how many."""
    old = KeptAnswer.objects.filter(at__lte=now - KEPT).order_by("at").values_list("pk", flat=True)[:PART]
    pks = list(old)
    return KeptAnswer.objects.filter(pk__in=pks).delete()[0] if pks else 0
