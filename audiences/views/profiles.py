"""Profiles."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
@permission_required("audiences.view_profile", raise_exception=True)
def index(request: HttpRequest) -> HttpResponse:
    return render(request, "audiences/profiles.html")
