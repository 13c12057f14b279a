"""One custom audience: what was sent to it, day by day, and how many are in it as far as we sent."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from canvas.ranges import RangeForm
from canvas.series import series

from .. import audience_list, numbers
from ..models import Removal


@require_safe
@permission_required("integrations.view_customaudience", raise_exception=True)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    now, found = timezone.now(), get_object_or_404(audience_list.found(""), pk=pk)
    [row] = audience_list.rows([found], now)
    asked = RangeForm({"range": "30d"}, now).asked()
    hours = numbers.by_hour(asked, audience=found)
    removed = Removal.objects.filter(audience=found, state=Removal.State.REMOVED).count()
    context = {"row": row, "series": series(hours, asked, now), "removed": removed, "members": row.sent - removed}
    return render(request, "integrations/audience.html", context)
