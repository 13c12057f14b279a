"""Why somebody was not passed on, for the part of her page that is asked for once the page stands."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from audiences.models import Profile

from .. import why_not
from ..profile_trips import trips


@require_safe
@permission_required(["canvas.view_canvas", "audiences.view_profile"], raise_exception=True)
def index(request: HttpRequest, pk: int) -> HttpResponse:
    profile = get_object_or_404(Profile, pk=pk)
    missed = why_not.reasons(profile, trips(profile), timezone.now())
    return render(request, "canvas/_why_not.html", {"missed": missed})
