"""Your account: name, time zone, the second step at sign-in, and where you are signed in."""

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from .. import sessions
from ..me_form import MeForm
from ..models import record


@require_http_methods(["GET", "HEAD", "POST"])
def me(request: HttpRequest) -> HttpResponse:
    form = MeForm(request.POST if request.method == "POST" else None, instance=request.user)
    if form.is_valid():
        with transaction.atomic():
            form.save()
            record("user.changed", request.user.email, actor=request.user, via="dashboard", fields=form.changed_data)
        messages.success(request, "Kept.")
        return redirect("team:me")
    kinds = set(Authenticator.objects.filter(user=request.user).values_list("type", flat=True))
    context = {"form": form, "two_step": kinds - {"recovery_codes"}}
    context["sessions"] = sessions.rows(request)
    return render(request, "team/me.html", context, status=422 if form.errors else 200)


@require_POST
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody else's is not there."""
    ended = sessions.end(sessions.working(request.user).filter(pk=pk), request.user)
    messages.success(request, "That session is signed out." if ended else "It had ended already.")
    return redirect("team:me")


@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    others = sessions.working(request.user).exclude(session_key=request.session.session_key)
    sessions.end(others, request.user)
    messages.success(request, "You are signed out everywhere else.")
    return redirect("team:me")
