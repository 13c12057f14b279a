"""Help in the product, from the very text of docs/troubleshooting.md: its sections, and a page for each id in them.

An id is that of a launch check (`facebook.E002`) or the kind of an error (`TokenRejected`).
"""

import re
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from django.views.decorators.http import require_safe
from markdown_it import MarkdownIt

ROW = re.compile(r"^\| `([A-Za-z]+(?:\.[EW]\d{3})?)` \| (.+) \| (.+) \|$", re.MULTILINE)
LINK = re.compile(r"\[([^\]]+)\]\((?!https?:)[^)]*\)")
FIRST = (
    "why-may-my-canvas-not-launch", "a-token-that-worked-is-not-accepted-any-more", "app-review-was-rejected",
    "why-cant-i-see-matches",
)  # fmt: skip
"""What is asked for most."""


RELATED = {
    "facebook.E003": FIRST[2], "PermissionMissing": FIRST[2], "facebook.E002": FIRST[1], "TokenRejected": FIRST[1],
    "TokenUnreadable": FIRST[1],
    "facebook.E001": "my-token-was-refused", "facebook.W001": FIRST[3], "facebook.W005": FIRST[3],
}  # fmt: skip
may_view = permission_required("canvas.view_canvas", raise_exception=True)


@dataclass(frozen=True)
class Section:
    """One question of troubleshooting, and its answer."""

    title: str
    text: str

    @property
    def slug(self) -> str:
        return slugify(self.title.replace("'", ""))

    @property
    def answer(self) -> SafeString:
        return html(self.text)

    @property
    def entries(self) -> list["Entry"]:
        rows = (row.groups() for row in ROW.finditer(self.text))
        return [Entry(*(cell.replace("\\|", "|") for cell in row), self) for row in rows]


@dataclass(frozen=True)
class Entry:
    """What a check or an error means, and its cure."""

    id: str
    meaning: str
    cure: str
    section: Section

    @property
    def means(self) -> SafeString:
        return html(self.meaning)

    @property
    def to_do(self) -> SafeString:
        return html(self.cure)

    @property
    def related(self) -> Section | None:
        """The question behind it."""
        return next((one for one in sections() if one.slug == RELATED.get(self.id)), None)

    @property
    def level(self) -> str:
        return "error" if ".E" in self.id else "warning" if ".W" in self.id else ""


@cache
def sections() -> tuple[Section, ...]:
    """As they stand in the document; headings below them are theirs."""
    text = (settings.BASE_DIR / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
    parts = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    return tuple(Section(title.strip(), body.strip()) for title, _, body in (part.partition("\n") for part in parts))


@cache
def entries() -> dict[str, Entry]:
    return {entry.id: entry for section in sections() for entry in section.entries}


def html(text: str) -> SafeString:
    """Our own document; HTML within it would be shown as text. Other documents are not in the product: only the words
    of links to them stay."""
    made = MarkdownIt("commonmark", {"html": False}).enable("table").render(LINK.sub(r"\1", text))
    made = made.replace("<table>", '<div class="table-wrap"><table class="table top">').replace(
        "</table>", "</table></div>"
    )
    return mark_safe(made.replace("<th>", '<th scope="col">').replace("<h3>", "<h2>").replace("</h3>", "</h2>"))


@require_safe
@may_view
def index(request: HttpRequest) -> HttpResponse:
    first = [section for slug in FIRST for section in sections() if section.slug == slug]
    others = [section for section in sections() if section not in first]
    return render(request, "help/index.html", {"first": first, "others": others, "entries": entries().values()})


@require_safe
@may_view
def section(request: HttpRequest, slug: str) -> HttpResponse:
    found = next((one for one in sections() if one.slug == slug), None)
    if found is None:
        raise Http404
    return render(request, "help/section.html", {"section": found})


@require_safe
@may_view
def entry(request: HttpRequest, id: str) -> HttpResponse:
    found = entries().get(id)
    if found is None:
        raise Http404
    return render(request, "help/entry.html", {"entry": found})
