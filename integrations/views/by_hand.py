"""Retry now, send again, and cancel: buttons of a step's analytics. What they did stands in the audit log."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from canvas.models import Step
from config.team.models import record

from .. import by_hand
from ..models import CustomAudience, SyncBatch
from .going_back import back

VIA = "dashboard"
may_retry = permission_required("integrations.retry_sync", raise_exception=True)


def step_or_404(pk: int) -> Step:
    """A step that passes people on."""
    steps = Step.objects.filter(Exists(CustomAudience.objects.filter(step=OuterRef("pk"))))
    return get_object_or_404(steps.select_related("canvas"), pk=pk)


@require_POST
@may_retry
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """What waits of the step is tried now; with `again` what was given up too, with `cause` only for that cause."""
    step, again, cause = step_or_404(pk), "again" in request.POST, request.POST.get("cause", "")
    people, reopened = by_hand.try_now(step, timezone.now(), [cause] if cause else None, again)
    if people:
        note("sync.retried", step, request, people=people, given_up=reopened)
        messages.success(request, tried(people, reopened))
    else:
        messages.info(request, "Nobody waits any more.")
    return redirect(back(request))


def tried(people: int, reopened: int) -> str:
    words = f"Trying again now: {counted(people)}."
    return f"{words} {intcomma(reopened)} of them had been given up." if reopened else words


@require_POST
@may_retry
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    step = step_or_404(pk)
    done = by_hand.cancel(SyncBatch.objects.filter(audience__step=step), timezone.now())
    if done.people:
        note("sync.cancelled", step, request, people=done.people)
        messages.success(request, f"Withdrawn: {counted(done.people)}. They are not sent. {away(done.leaving)}".strip())
    else:
        messages.info(request, f"Nobody waits who can be called back. {away(done.leaving)}".strip())
    return redirect(back(request))


def away(people: int) -> str:
    if not people:
        return ""
    return (
        f"{counted(people)} are being sent at this moment and can't be called back: they are Synced, or wait again if "
        "that fails."
    )


def counted(people: int) -> str:
    return f"{intcomma(people)} {'person' if people == 1 else 'people'}"


def note(action: str, step: Step, request: HttpRequest, **details: int) -> None:
    target = f"{step.key} of {step.canvas.name}"[:200]
    record(action, target, actor=request.user, via=VIA, step=step.pk, **details)
