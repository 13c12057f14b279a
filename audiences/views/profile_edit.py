"""Changing a person by hand, for those who may and who see personal data."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from .. import profile_edits
from ..models import Profile
from ..profile_form import ProfileForm
from .profiles import title_of

MAY = ("audiences.change_profile", "audiences.see_personal_data")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@permission_required(MAY, raise_exception=True)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    profile = get_object_or_404(Profile, pk=pk)
    form = ProfileForm(None, profile)
    if request.method == "POST":
        form, is_saved = saved(request, pk)
        if is_saved:
            return redirect("audiences:profile", pk=pk)
    found = {"form": form, "profile": profile, "title": title_of(profile, request)}
    return render(request, "audiences/profile_edit.html", found)


def saved(request: HttpRequest, pk: int) -> tuple[ProfileForm, bool]:
    """The form, with its faults where there are any, and whether it was saved."""
    forms: list[ProfileForm] = []

    def said(profile: Profile) -> dict | None:
        forms.append(ProfileForm(request.POST, profile))
        return forms[0].cleaned_data if forms[0].is_valid() else None

    try:
        kept = profile_edits.save(pk, said, timezone.now(), request.user)
    except Profile.DoesNotExist:
        raise Http404 from None
    if kept:
        messages.success(request, "Saved." if forms[0].cleaned_data else "Nothing was changed.")
    return forms[0], kept is not None
