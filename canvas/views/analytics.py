"""The numbers of a Canvas, and of one of its steps, of all time or of a range; and the Canvas's as a file."""

from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlencode

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config.team.models import User

from .. import analytics, counted, figures, numbers_csv, series
from ..board import Board, branch_words
from ..document import StepSpec, live_of
from ..flow_lines import FlowLines
from ..models import Canvas
from ..ranges import ALL, RangeForm
from ..steps.people import Leaving

SOON, LATER = 3, 10
"""Seconds after which a page looks again: numbers on their way, other numbers of an active Canvas."""
may_view = permission_required("canvas.view_canvas", raise_exception=True)


@require_safe
@never_cache
@may_view
def canvas(request: HttpRequest, pk: int) -> HttpResponse:
    now, found = timezone.now(), canvas_of(pk)
    form = RangeForm(request.GET, now)
    numbers = counted.count(found, analytics.steps_of(found), form.asked())
    context = {"canvas": found, "now": now, "figures": figures.of(numbers)} | range_of(form)
    context["range_at"] = reverse("canvas:analytics", args=[pk])
    context |= picture_of(numbers, request.user, now)
    context["leaving"] = still_leaving(found, numbers.steps, request.user)
    return render(request, part(request, "canvas/analytics.html", "canvas/_analytics.html"), context)


def picture_of(numbers: counted.Counted, user: User, now: datetime) -> dict:
    """The graph and the table, with the same numbers."""
    by_key = {row["key"]: row for row in numbers.rows()}
    board = Board(live_of(numbers.canvas, now), [], user)
    flow = FlowLines(board, numbers.steps, numbers.on_arrows())
    rows = [table_row(spec, by_key[spec.key], flow) for spec in numbers.steps]
    cards = [(card, by_key[card.step.key]) for card in board.cards]
    return {"board": board, "cards": cards, "rows": rows, "flow": flow, "totals": numbers.totals(numbers.asked.part)}


def table_row(spec: StepSpec, numbers: dict, flow: FlowLines) -> dict:
    ways = [(branch_words(branch), flow.taken[spec.row.pk if spec.row else 0, branch]) for branch in spec.branches]
    summary = spec.type.summary(spec.settings)
    return {"spec": spec, "summary": summary, "numbers": numbers, "ways": ways if len(ways) > 1 else []}


@require_safe
@may_view
def export(request: HttpRequest, pk: int) -> HttpResponse:
    """The same numbers as a file, a line a step."""
    found, asked = canvas_of(pk), RangeForm(request.GET, timezone.now()).asked()
    return file_of(numbers_csv.lines(analytics.with_conversions(found, asked), asked), f"{found.name} numbers")


def file_of(lines: Iterable[str], name: str) -> StreamingHttpResponse:
    disposition = {"Content-Disposition": f'attachment; filename="{slugify(name) or "numbers"}.csv"'}
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=disposition)


def range_of(form: RangeForm) -> dict:
    """What stands around the numbers of a range: the form, and the range as links keep it."""
    return {"form": form, "asked": form.asked(), "chosen": form.data.get("range") or ALL, "query": query(form)}


def query(form: RangeForm) -> str:
    """The range as the end of an address, "" for all time: links within the numbers keep it."""
    asked = {name: value for name in form.fields if (value := form.data.get(name)) and not form.asked().is_all}
    return f"?{urlencode(asked)}" if asked else ""


def canvas_of(pk: int) -> Canvas:
    return get_object_or_404(Canvas.objects.select_related("live_version").prefetch_related("steps"), pk=pk)


def still_leaving(canvas: Canvas, steps: list[StepSpec], user: User) -> list[tuple[Leaving, bool]]:
    """Of a Canvas that runs no more: whom it handed over before, and whether the user may call them back."""
    runs = canvas.status not in (Canvas.Status.STOPPED, Canvas.Status.ARCHIVED)
    return [] if runs else [(one, user.has_perm(one.permission)) for one in analytics.leaving(steps)]


def step_of(pk: int, key: str) -> tuple[Canvas, StepSpec]:
    found = canvas_of(pk)
    spec = next((spec for spec in analytics.steps_of(found) if spec.key == key), None)
    if spec is None:
        raise Http404
    return found, spec


def numbers_of(found: Canvas, spec: StepSpec, form: RangeForm) -> dict:
    """What stands over the people."""
    now, asked = form.now, form.asked()
    counts = counted.count_one(found, spec, asked)
    numbers = counts.row(spec, asked.part)
    details = spec.type.details(spec, now)
    again = looks_again(found, numbers, numbers.get(spec.type.rest, 0), details.get("moving", False))
    ways = [(branch_words(one.branch), one) for one in analytics.ways(spec, asked)]
    details |= {"series": series.series(spec.type.by_hour(spec, asked), asked, now, form.data.get("by", ""))}
    return details | range_of(form) | {
        "canvas": found, "spec": spec, "numbers": numbers, "now": now, "ways": ways,
        "range_at": reverse("canvas:step_analytics", args=[found.pk, spec.key]),
        "looks_again": 0 if asked.until else again, "before": numbers.get(f"{spec.type.rest}_before", 0),
    }  # fmt: skip


def looks_again(canvas: Canvas, numbers: dict, waiting: int, moving: bool) -> int:
    """After how many seconds the page looks at the numbers again; 0: not at all."""
    if canvas.status != Canvas.Status.ACTIVE:
        return SOON if moving else 0
    return SOON if moving or waiting or not numbers["entered"] else LATER


def part(request: HttpRequest, page: str, fragment: str) -> str:
    """A page looks again by asking for the part that changes."""
    return fragment if request.htmx else page
