"""The list of Canvases."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ..models import Canvas


@require_safe
@permission_required("canvas.view_canvas", raise_exception=True)
def index(request: HttpRequest) -> HttpResponse:
    return render(request, "canvas/list.html", {"canvases": Canvas.objects.order_by("-updated_at")})
