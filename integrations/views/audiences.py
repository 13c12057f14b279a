"""The custom audiences that were made here, how they stand, and the question before a deleted one is made again."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from .. import audience_list, audience_lists, incidents, partner, recreating
from ..errors import PartnerError
from ..models import CustomAudience
from .by_hand import VIA
from .going_back import back

PAGE = 50


@require_safe
@permission_required("integrations.view_customaudience", raise_exception=True)
def index(request: HttpRequest) -> HttpResponse:
    search = request.GET.get("q", "").strip().replace("\x00", "")
    page = Paginator(audience_list.found(search), PAGE).get_page(request.GET.get("page"))
    now = timezone.now()
    context = {"page": page, "rows": audience_list.rows(page.object_list, now), "q": search}
    if request.user.has_perm("integrations.retry_sync") and audience_lists.with_audiences().exists():
        context |= {"can_look": True, "looks_by_itself": audience_lists.are_old(now)}
    return render(request, "integrations/audiences.html", context)


@require_POST
@permission_required("integrations.retry_sync", raise_exception=True)
def look(request: HttpRequest) -> HttpResponse:
    """Asks the partners how the audiences are; the page does so by itself when it was not done for a while."""
    audience_lists.look_again(timezone.now())
    incidents.note(timezone.now())
    return redirect(back(request, reverse("integrations:audiences")))


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("canvas.launch_canvas", raise_exception=True)
def recreate(request: HttpRequest, pk: int) -> HttpResponse:
    """GET says what will happen and asks; POST does it. What can't be done is told, and nothing is changed."""
    rows = CustomAudience.objects.select_related("ad_account__connection", "step__canvas")
    audience = get_object_or_404(rows, pk=pk)
    home = back(request, reverse("integrations:audiences"))
    if request.method == "POST":
        do_recreate(request, audience)
        return redirect(home)
    if not recreating.can_be(audience):
        messages.info(request, f"{audience}: {recreating.THERE}")
        return redirect(home)
    context = {"audience": audience, "partner": partner.of(audience.ad_account.connection), "home": home}
    return render(request, "integrations/recreate.html", context | recreating.what_happens(audience))


def do_recreate(request: HttpRequest, audience: CustomAudience) -> None:
    try:
        recreating.recreate(audience, timezone.now(), request.user, VIA, again="again" in request.POST)
    except recreating.NothingToMake as reason:
        messages.info(request, f"{audience}: {reason}")
    except PartnerError as error:
        messages.error(request, why_not(audience, error))
    else:
        incidents.note(timezone.now())
        messages.success(request, f"{audience} is made again. Its people are sent now.")


def why_not(audience: CustomAudience, error: PartnerError) -> str:
    if audience.state == CustomAudience.State.READY:
        return f"Nothing was changed. {error} {error.cure}".strip()
    return f"{audience} is not made yet. {error} {error.cure} Nobody is lost: it is tried again by itself.".strip()
