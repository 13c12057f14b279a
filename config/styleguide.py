"""The style guide: every component in all its states, with the markup to copy. For staff.

What is shown and what can be copied is one file a component, so that they can't differ.
"""

import re
from dataclasses import dataclass

from django import forms
from django.conf import settings
from django.contrib.admin.views.decorators import staff_member_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

FOLDER = "home/components"
LOADED = re.compile(r"^\{% load [\w ]+ %\}")
NUMBERS = {"synced": 871, "pending": 48, "missing_fields": 67, "not_synced": 12, "withdrawn": 2}


@dataclass(frozen=True)
class Component:
    """`rule` says when and how to use it. `file` holds its markup, `file`_states what only a hand or a mouse shows."""

    file: str
    title: str
    rule: str
    layout: str = "stack"
    has_states: bool = False

    @property
    def template(self) -> str:
        return f"{FOLDER}/{self.file}.html"

    @property
    def states(self) -> str:
        return f"{FOLDER}/{self.file}_states.html" if self.has_states else ""

    @property
    def markup(self) -> str:
        source = (settings.BASE_DIR / "templates" / self.template).read_text(encoding="utf-8")
        return LOADED.sub("", source).strip()


COMPONENTS = (
    Component(
        "button", "Button",
        "The one main action of a page is ink. A verb says what happens; what asks first ends in “…”. A button that "
        "can't be pressed says why beside it.",
        "row", True,
    ),
    Component(
        "field", "Field", "Made by Django's forms. The error stands beside its field and says what to do.",
        "form", True,
    ),
    Component(
        "dialog", "Dialog",
        "Asks before what can't be undone. Escape says no; the focus goes back to where it came from.", "row",
    ),
    Component("badge", "Badge, mark, count, state", "Never colour alone: a glyph and a word carry the meaning.", "row"),
    Component("table", "Table", "Hairlines, no stripes; cards on a phone."),
    Component("card", "Card", "Holds one subject: a head, a body, what can be done. Never stands in another."),
    Component(
        "toast", "Toast",
        "What has just happened, after a change without a new page; one action at most. It goes after 8 seconds in "
        "which nobody looks at it; what failed stays until it is dismissed.",
        "row",
    ),
    Component("empty", "Empty state", "What will stand here, what to do, one action. Never an illustration alone."),
    Component("progress", "Progress and waiting", "Says what is awaited. Old figures stay, with their time."),
    Component("notice", "Notice", "What is wrong, since when, what it stops, the cure: in that order."),
    Component("tabs", "Tabs", "The sections of one thing, each with its problems or a tick.", "stack", True),
    Component("menu", "Menu", "What can be done with one thing. Arrows go through it; Escape closes it.", "row"),
    Component("ledger", "Ledger", "A sum that is seen to add up. If it can't, it isn't shown."),
)  # fmt: skip


class SampleForm(forms.Form):
    """One field of each kind, one of them wrong."""

    name = forms.CharField(help_text="Marketers find it by this name.")
    status = forms.ChoiceField(choices=[("", "Any status"), ("active", "Active")], required=False)
    note = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False)
    told = forms.BooleanField(label="Tell me when it breaks", required=False)
    way = forms.ChoiceField(
        label="When", choices=[("now", "At launch"), ("later", "At a time")], required=False, widget=forms.RadioSelect
    )


@require_safe
@staff_member_required
def styleguide(request: HttpRequest) -> HttpResponse:
    context = {"components": COMPONENTS, "icons": icons(), "form": SampleForm({"name": "", "way": "now"})}
    return render(request, "home/styleguide.html", context | {"numbers": NUMBERS, "entered": sum(NUMBERS.values())})


def icons() -> list[str]:
    sprite = (settings.BASE_DIR / "static/icons.svg").read_text(encoding="utf-8")
    return sorted(re.findall(r'<symbol id="i-([\w-]+)"', sprite))
