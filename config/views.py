"""Pages that belong to the whole: home, the style guide for staff, and a word for load balancers."""

import re

from django import forms
from django.conf import settings
from django.contrib.admin.views.decorators import staff_member_required
from django.contrib.auth.decorators import login_not_required, permission_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from canvas.models import Canvas


@require_safe
@permission_required("canvas.view_canvas", raise_exception=True)
def home(request: HttpRequest) -> HttpResponse:
    canvases = Canvas.objects.exclude(status=Canvas.Status.ARCHIVED).order_by("-updated_at")[:10]
    return render(request, "home/home.html", {"canvases": canvases})


@require_safe
@staff_member_required
def styleguide(request: HttpRequest) -> HttpResponse:
    numbers = {"synced": 871, "pending": 48, "missing_fields": 67, "not_synced": 12, "withdrawn": 2}
    context = {"numbers": numbers, "entered": sum(numbers.values()), "icons": icons(), "form": SampleForm({"name": ""})}
    return render(request, "home/styleguide.html", context)


def icons() -> list[str]:
    sprite = (settings.BASE_DIR / "static/icons.svg").read_text(encoding="utf-8")
    return sorted(re.findall(r'<symbol id="i-([\w-]+)"', sprite))


class SampleForm(forms.Form):
    """One field of each kind, one of them wrong."""

    name = forms.CharField(help_text="Marketers find it by this name.")
    status = forms.ChoiceField(choices=[("", "Any status"), ("active", "Active")], required=False)
    note = forms.CharField(widget=forms.Textarea, required=False)
    told = forms.BooleanField(label="Tell me when it breaks", required=False)


@require_safe
@login_not_required
def ready(request: HttpRequest) -> HttpResponse:
    """For load balancers: 200 when the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ready", content_type="text/plain")
