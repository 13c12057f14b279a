"""What holds back a Canvas, or will, for the top of its pages: what is wrong at a partner that its steps send to."""

from django import template
from django.utils import timezone

from canvas.models import Canvas

from .. import health, ills

register = template.Library()


@register.inclusion_tag("integrations/_canvas_held.html", takes_context=True)
def held_back(context, canvas: Canvas) -> dict:
    """Two queries, however many steps there are; one where nothing is wrong."""
    now, scopes = timezone.now(), health.scopes_of(canvas) if canvas.is_live else []
    rows = health.troubles_in(canvas, scopes, now)
    kept = {name: context.get(name) for name in ("perms", "request", "csrf_token")}
    return kept | {"troubles": rows[:3], "more": len(rows) - 3, "seen": list(ills.seen(scopes, now))}
