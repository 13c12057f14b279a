"""Pages that belong to the whole: home, and what machines ask: alive, ready, how much."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required, permission_required
from django.db import Error, connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from audiences.models import Profile
from canvas import overview, series
from canvas.blueprints import BLUEPRINTS
from canvas.models import Canvas
from canvas.ranges import RangeForm
from integrations import numbers
from integrations.health import Overview
from integrations.models import CustomAudience
from integrations.partner import PARTNERS

from . import metrics, recent

CANVASES = 8


@require_safe
@permission_required("canvas.view_canvas", raise_exception=True)
def home(request: HttpRequest) -> HttpResponse:
    """What is broken stands on top; then the sum of all that was passed on, and the Canvases changed last."""
    canvases = Canvas.objects.exclude(status=Canvas.Status.ARCHIVED).select_related("author").order_by("-updated_at")
    shown = list(canvases[:CANVASES])
    others = canvases.filter(live_version__isnull=False).exclude(pk__in=[one.pk for one in shown]).defer("document")
    found = overview.rows([*shown, *others])
    fates = overview.together([row for row in found if row.canvas.live_version_id])
    context = {
        "rows": found[: len(shown)],
        "fates": fates,
        "passed_on": sum(fates.values()),
        "people": Profile.objects.exists(),
    }
    now = timezone.now()
    overviews = [Overview(key, now) for key in PARTNERS]
    broken = [(overview, PARTNERS[overview.key]) for overview in overviews if overview.troubles]
    blueprints = BLUEPRINTS.values() if request.user.has_perm("canvas.add_canvas") else ()
    asked = RangeForm({"range": "30d"}, now).asked()
    every = CustomAudience.objects.values("pk")  # named, so that SQLite begins with them and not with all batches
    hours = numbers.by_hour(asked, audience__in=every)
    context |= {"series": series.series(hours, asked, now), "changes": list(recent.changes())}
    context |= {"running": sum(row.canvas.status == Canvas.Status.ACTIVE for row in found)}
    context |= {"broken": broken, "blueprints": blueprints, "connected": any(one.secret for one in overviews)}
    return render(request, "home/home.html", context)


@require_safe
@login_not_required
def alive(request: HttpRequest) -> HttpResponse:
    """For whoever restarts what hangs: this process answers, whatever the database does."""
    return HttpResponse("alive", content_type="text/plain")


@require_safe
@login_not_required
def ready(request: HttpRequest) -> HttpResponse:
    """For load balancers: 200 when the database answers, else 503."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return HttpResponse("the database does not answer", content_type="text/plain", status=503)
    return HttpResponse("ready", content_type="text/plain")


@require_safe
@login_not_required
def measured(request: HttpRequest) -> HttpResponse:
    """`/metrics`, for a bearer of METRICS_TOKEN; for everybody else, and where none is set, there is no such page."""
    shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not settings.METRICS_TOKEN or not constant_time_compare(shown, settings.METRICS_TOKEN):
        raise Http404
    return HttpResponse(metrics.text(timezone.now()), content_type=CONTENT_TYPE_LATEST)


def closed(request: HttpRequest) -> HttpResponse:
    """Stands before allauth's page where people change their own e-mail: admins do that, and the audit log says so."""
    raise Http404
