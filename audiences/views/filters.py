"""The filter editor's own calls: every button and field of it posts all its fields and gets them back, changed.

A count of any filter tells who somebody is, bit by bit: these calls are for those who may see personal data.
"""

import re
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from .. import counting, coverage, filter_form, filters
from ..models import Profile

PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
ASKS = ("audiences.view_segment", "audiences.see_personal_data")
SAMPLE = 5


@require_POST
@permission_required(ASKS, raise_exception=True)
def filter_edit(request: HttpRequest) -> HttpResponse:
    """Does `action` at `at`, and answers with the editor's fields; to the action count, with counts and faults only."""
    action, at, prefix = (request.GET.get(key, "") for key in ("action", "at", "prefix"))
    if not PREFIX.fullmatch(prefix):
        raise SuspiciousOperation("No editor has this prefix.")
    document = filter_form.read(request.POST, prefix)
    focus = ""
    if action not in ("count", "fields"):
        document, focus = edited(document, action, at, prefix)
    segment = request.GET.get("segment", "")
    faults = filters.check(document, segment=segment)
    wrong = [fault for fault in faults if not filter_form.is_blank(document, fault.path)]
    editor = filter_form.editor(document, prefix, wrong, segment=segment, focus=focus)
    template = "audiences/_filter_counted.html" if action == "count" else "audiences/_filter_edited.html"
    return render(request, template, {"editor": editor} | numbers(document, faults))


def edited(document: dict, action: str, at: str, prefix: str) -> tuple[dict, str]:
    """The changed filter, and the name of what has the focus then: what was added, or what stands where it was."""
    above, _, place = at.rpartition(".") if action in ("remove", "drop") else (at, "", None)
    try:
        document = filter_form.edited(document, action, at)
        if action in ("property", "drop"):
            return document, filter_form.property_focus(document, prefix, above)
        last = filter_form.members_in(document, above) - 1
    except (LookupError, ValueError):
        raise SuspiciousOperation("There is nothing to be done there.") from None
    focused = min(int(place), last) if place else last
    names = [prefix, above, str(focused) if focused >= 0 else ""]
    return document, ".".join(name for name in names if name)


def numbers(document: Any, faults: list[filters.Fault]) -> dict:
    if faults:
        return {"unfinished": len(faults)}
    people = coverage.people(document, timezone.now())
    return {"number": counting.count(people), "everybody": Profile.objects.count()}


@require_POST
@permission_required(ASKS, raise_exception=True)
def filter_people(request: HttpRequest) -> HttpResponse:
    """By what the people can be matched, and who some of them are."""
    return people_panel(request, filter_form.read(request.POST))


def people_panel(request: HttpRequest, document: Any, is_saved: bool = False) -> HttpResponse:
    """Of one that is saved also how many; of one that is being edited its editor says that."""
    try:
        people = coverage.people(document, timezone.now())
    except filters.FilterRefused:
        return render(request, "audiences/_filter_people.html")
    sample = list(people.order_by("pk")[:SAMPLE])
    number = counting.count(people) if is_saved else None
    found = {
        "is_usable": True,
        "number": number,
        "sample": sample,
        "reaches": coverage.reaches(people) if sample else [],
    }
    return render(request, "audiences/_filter_people.html", found)
