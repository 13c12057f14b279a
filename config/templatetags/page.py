"""Small words for every page: an icon, a time, a name's initials."""

from datetime import datetime
from functools import cache

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()
TONES = {"error": "bad", "warning": "warn", "success": "good"}
TONE_ICONS = {"error": "stop", "warning": "warn", "success": "ok"}


@register.simple_tag
@cache
def icon(name: str, tone: str = "") -> SafeString:
    """A picture from the sprite, for eyes only: the words beside it say the same. A big graph has thousands."""
    where = f"{static('icons.svg')}#i-{name}"
    classes = f"icon {tone}".strip()
    return format_html('<svg class="{}" viewBox="0 0 24 24" aria-hidden="true"><use href="{}"/></svg>', classes, where)


@register.filter
def tone(level: str) -> str:
    return TONES.get(level, "")


@register.filter
def tone_icon(level: str) -> str:
    return TONE_ICONS.get(level, "ok")


@register.filter
def initials(person: object) -> str:
    words = str(person).replace("@", " ").split()
    return "".join(word[0] for word in words[:2]).upper()


@register.simple_tag
def when(moment: datetime | None, empty: str = "–") -> SafeString | str:
    """A moment in the reader's time zone: "22 Nov 14:03", the year only where it is another one."""
    if moment is None:
        return empty
    local = timezone.localtime(moment)
    shape = "j M H:i" if local.year == timezone.localtime().year else "j M Y H:i"
    return format_html('<time datetime="{}">{}</time>', moment.isoformat(timespec="seconds"), date_format(local, shape))
