"""Personal data on a page, masked for whoever may not see it.

`{% load personal %} {% personal profile.email "email" %}`
"""

from typing import Any

from django import template

from .. import masking

register = template.Library()


@register.inclusion_tag("audiences/_personal.html", takes_context=True)
def personal(context: template.Context, value: Any, kind: str) -> dict[str, Any]:
    """`kind` is the attribute's name: email, phone, first_name, name (both names) ..."""
    text = masking.shown(context["user"], value, kind)
    known = "" if value is None else str(value)
    return {"text": text, "masked": text != known}
