"""Retry now, send again, cancel: for steps that send to people one by one. The audit log keeps who did it."""

from django.contrib import messages
from django.contrib.humanize.templatetags.humanize import intcomma
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from canvas.models import Step

from .. import dispatch_by_hand
from .by_hand import counted, may_retry, note, tried
from .going_back import back


def step_or_404(pk: int) -> Step:
    return get_object_or_404(Step.objects.filter(outlet__isnull=False).select_related("canvas"), pk=pk)


@require_POST
@may_retry
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Who waits is tried now; with `again` who has failed, too."""
    step, again = step_or_404(pk), "again" in request.POST
    people, reopened = dispatch_by_hand.try_now(step, timezone.now(), again)
    if people:
        note("sending.retried", step, request, people=people, given_up=reopened)
        messages.success(request, tried(people, reopened))
    else:
        messages.info(request, "Nobody waits any more.")
    return redirect(back(request))


@require_POST
@may_retry
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    step = step_or_404(pk)
    done = dispatch_by_hand.cancel(step, timezone.now())
    if done.people:
        note("sending.cancelled", step, request, people=done.people)
        messages.success(request, f"Withdrawn: {counted(done.people)}. {away(done.leaving)}".strip())
    else:
        messages.info(request, f"Nobody waits who can be called back. {away(done.leaving)}".strip())
    return redirect(back(request))


def away(people: int) -> str:
    return f"On its way at this moment, and can’t be called back: {intcomma(people)}." if people else ""
