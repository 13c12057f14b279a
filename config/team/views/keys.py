"""API keys for admins: all there are and when each was last used, a new one, and the question before one is revoked."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from .. import key_ring
from ..key_form import MAY, KeyForm
from ..models import ApiKey

VIA = "dashboard"
PAGE = 50


@require_safe
@permission_required("team.view_apikey", raise_exception=True)
def keys(request: HttpRequest) -> HttpResponse:
    """Those that work first, by name; then the revoked ones, the latest first."""
    rows = ApiKey.objects.defer("digest").select_related("created_by")
    ordered = rows.order_by(F("revoked_at").desc(nulls_first=True), "name", "pk")
    page = Paginator(ordered, PAGE).get_page(request.GET.get("page"))
    return render(request, "team/keys.html", {"page": page, "may": MAY})


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("team.add_apikey", raise_exception=True)
def new_key(request: HttpRequest) -> HttpResponse:
    """The answer to the POST is the only page that ever shows the key: it is kept nowhere, so nothing leads there."""
    form = KeyForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, "team/key_new.html", {"form": form}, status=422 if form.is_bound else 200)
    name, scopes = form.cleaned_data["name"], form.cleaned_data["scopes"]
    text = key_ring.make(name, scopes, request.user, VIA)
    return render(request, "team/key_made.html", {"name": name, "text": text, "may": [MAY[one] for one in scopes]})


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("team.change_apikey", raise_exception=True)
def revoke_key(request: HttpRequest, pk: int) -> HttpResponse:
    """GET says what it means and asks; POST does it."""
    key = get_object_or_404(ApiKey.objects.defer("digest"), pk=pk)
    if request.method == "POST" and key_ring.revoke(key, request.user, VIA):
        messages.success(request, f"{key.name} is revoked. It works no longer.")
    if request.method == "POST" or key.revoked_at:
        return redirect("team:keys")
    return render(request, "team/key_revoke.html", {"key": key})
