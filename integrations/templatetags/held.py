"""What holds back a Canvas, for the top of its pages: what is wrong at a partner with what its steps send to."""

from django import template
from django.utils import timezone

from canvas.models import Canvas

from .. import health

register = template.Library()


@register.inclusion_tag("integrations/_canvas_held.html", takes_context=True)
def held_back(context, canvas: Canvas) -> dict:
    """Two queries, however many steps there are; one where nothing is wrong."""
    rows = health.troubles_of_canvas(canvas, timezone.now()) if canvas.is_live else []
    kept = {name: context.get(name) for name in ("perms", "request", "csrf_token")}
    return kept | {"troubles": rows[:3], "more": len(rows) - 3}
