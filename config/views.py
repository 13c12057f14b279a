"""Pages that belong to the whole: home, the style guide for staff, and a word for load balancers."""

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
    return render(request, "home/styleguide.html", {"numbers": numbers, "entered": sum(numbers.values())})


@require_safe
@login_not_required
def ready(request: HttpRequest) -> HttpResponse:
    """For load balancers: 200 when the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ready", content_type="text/plain")
