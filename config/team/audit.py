"""The audit log as it is read: narrowed down, page by page, or as one file that is written a part at a time."""

import json
from collections.abc import Iterator
from datetime import date

from django import forms
from django.db.models import QuerySet
from django.utils.timezone import localtime

from . import csv_lines, deeds
from .models import AuditEvent

COLUMNS = ("at", "action", "target", "who", "via", "details")
PART = 2_000


class Narrow(forms.Form):
    """What is looked for; nothing is everything."""

    kind = forms.ChoiceField(required=False, choices=deeds.CHOICES, label="What was done")
    target = forms.CharField(required=False, max_length=200, label="Done to (begins with)")
    who = forms.EmailField(required=False, label="By (e-mail)")
    since = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))


def found(
    kind: str = "", target: str = "", who: str = "", since: date | None = None, until: date | None = None
) -> QuerySet:
    """The latest first; `until` is the last day."""
    rows = AuditEvent.objects.select_related("actor")
    wanted = {"action__startswith": kind, "target__istartswith": target, "actor__email": who.lower(),
              "at__date__gte": since, "at__date__lte": until}  # fmt: skip
    return rows.filter(**{name: value for name, value in wanted.items() if value})


def lines(rows: QuerySet[AuditEvent]) -> Iterator[str]:
    writer = csv_lines.writer()
    yield writer.writerow(COLUMNS)
    for event in rows.order_by("-pk").iterator(PART):
        yield writer.writerow([csv_lines.plain(cell) for cell in cells(event)])


def cells(event: AuditEvent) -> tuple[str, ...]:
    who = event.actor.email if event.actor else ""
    return localtime(event.at).isoformat(), event.action, event.target, who, event.via, json.dumps(event.details)
