"""Inviting somebody, for admins; and the page where who was invited makes the account, for whoever has the link.

The link's secret leaves the address at once: the session keeps its hash, so that no log and no page after it has it.
"""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from .. import inviting, letters
from ..models import Invitation, User
from ..people_forms import AcceptForm, InviteForm

KEPT = "invitation"
BODY = """{who} invites you to Audience Sync{brand}, as {role}.

Open this link to choose a name and a password. It works once, for a week:

{link}

If you don't know what this is about, do nothing.
"""
may_add = permission_required("team.add_user", raise_exception=True)


@require_http_methods(["GET", "HEAD", "POST"])
@may_add
def invite(request: HttpRequest) -> HttpResponse:
    """Where the letter can't be sent, the answer to the POST is the only page that ever shows the link."""
    form = InviteForm(request.POST if request.method == "POST" else None, initial={"email": request.GET.get("email")})
    if not form.is_valid():
        return render(request, "team/invite.html", {"form": form}, status=422 if form.is_bound else 200)
    given = form.cleaned_data
    invitation, text = inviting.invite(given["email"], given["role"], request.user, timezone.now())
    link = address(request, text)
    if not send(invitation, link, request.user):
        return render(request, "team/invited.html", {"invitation": invitation, "link": link})
    messages.success(request, f"An invitation is on its way to {invitation.email}.")
    return redirect("team:people")


def address(request: HttpRequest, text: str) -> str:
    path = reverse("invitation_open", args=[text])
    return f"{settings.PUBLIC_URL}{path}" if settings.PUBLIC_URL else request.build_absolute_uri(path)


def send(invitation: Invitation, link: str, actor: User) -> bool:
    brand = f" of {settings.BRAND_NAME}" if settings.BRAND_NAME else ""
    body = BODY.format(who=actor, brand=brand, role=invitation.role, link=link)
    return letters.send(invitation.email, "Your invitation to Audience Sync", body)


@require_POST
@may_add
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    email = inviting.withdraw(pk, request.user)
    messages.success(request, f"The invitation of {email} is withdrawn." if email else "It was gone already.")
    return redirect("team:people")


@require_safe
@login_not_required
def open_link(request: HttpRequest, text: str) -> HttpResponse:
    request.session[KEPT] = inviting.digest(text)
    return redirect("invitation")


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def accept(request: HttpRequest) -> HttpResponse:
    kept, now = request.session.get(KEPT, ""), timezone.now()
    invitation = inviting.opened(kept, now)
    if invitation is None:
        return render(request, "team/invitation_gone.html")
    form = AcceptForm(User(email=invitation.email), request.POST if request.method == "POST" else None)
    if not form.is_valid():
        context = {"form": form, "invitation": invitation}
        return render(request, "team/invitation.html", context, status=422 if form.is_bound else 200)
    made = inviting.accept(kept, now, form.cleaned_data["name"], form.cleaned_data["new_password1"])
    del request.session[KEPT]
    if made is None:
        return render(request, "team/invitation_gone.html")
    messages.success(request, "Your account is made. Sign in with your e-mail and the password you chose.")
    return redirect("account_login")
