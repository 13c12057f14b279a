"""People for admins: who may sign in, in which role; the role of one, and the question before somebody is put out."""

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from .. import people, two_step
from ..models import Invitation, User
from ..people_forms import RoleForm

PAGE = 50
may_view = permission_required("team.view_user", raise_exception=True)
may_change = permission_required("team.change_user", raise_exception=True)


@require_safe
@may_view
def index(request: HttpRequest) -> HttpResponse:
    page = Paginator(people.listed(), PAGE).get_page(request.GET.get("page"))
    rows = [(one, people.role_of(one), people.may_touch(request.user, one)) for one in page]
    context = {"page": page, "rows": rows, "now": timezone.now()}
    return render(request, "team/people.html", context | {"invitations": Invitation.objects.select_related("made_by")})


def touched(request: HttpRequest, pk: int) -> User:
    """The person, where the reader may change her."""
    person = get_object_or_404(User, pk=pk)
    if not people.may_touch(request.user, person):
        raise PermissionDenied
    return person


@require_http_methods(["GET", "HEAD", "POST"])
@may_change
def role(request: HttpRequest, pk: int) -> HttpResponse:
    person = touched(request, pk)
    form = RoleForm(request.POST if request.method == "POST" else None, initial={"role": people.role_of(person)})
    if form.is_valid():
        try:
            people.set_role(pk, form.cleaned_data["role"], request.user)
        except people.LastAdmin as error:
            form.add_error("role", str(error))
        else:
            messages.success(request, f"{person} is {form.cleaned_data['role']} now.")
            return redirect("team:people")
    context = {"form": form, "person": person, "two_step": Authenticator.objects.filter(user=person).exists()}
    return render(request, "team/person.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@may_change
def deactivate(request: HttpRequest, pk: int) -> HttpResponse:
    """GET says what it means and asks; POST does it."""
    person, error = touched(request, pk), ""
    if request.method == "POST":
        try:
            people.set_active(pk, False, request.user)
        except people.LastAdmin as last:
            error = str(last)
        else:
            messages.success(request, f"{person} can no longer sign in.")
            return redirect("team:people")
    return render(request, "team/deactivate.html", {"person": person, "error": error}, status=422 if error else 200)


@require_POST
@may_change
def activate(request: HttpRequest, pk: int) -> HttpResponse:
    person = touched(request, pk)
    people.set_active(pk, True, request.user)
    messages.success(request, f"{person} can sign in again.")
    return redirect("team:people")


@require_POST
@may_change
def two_step_off(request: HttpRequest, pk: int) -> HttpResponse:
    person = touched(request, pk)
    two_step.switch_off(person, request.user)
    messages.success(request, f"{person} signs in with the password alone now.")
    return redirect("team:person", pk)
