"""What the reader was told, the latest first, and of what she wants to be told."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from .. import letters
from ..models import Notice
from ..notice_form import ChoiceForm
from ..notices import MAY_BE_TOLD

PAGE = 30
may_be_told = permission_required(MAY_BE_TOLD, raise_exception=True)


@require_safe
@may_be_told
def index(request: HttpRequest) -> HttpResponse:
    return page(request, ChoiceForm(request.user))


def page(request: HttpRequest, form: ChoiceForm) -> HttpResponse:
    rows = Notice.objects.filter(user=request.user, shown=True)
    context = {"page": Paginator(rows, PAGE).get_page(request.GET.get("page")), "form": form}
    return render(request, "team/notices.html", context | {"mail_is_set": letters.can_be_sent()})


@require_POST
@may_be_told
def read(request: HttpRequest) -> HttpResponse:
    """All that is there now."""
    Notice.objects.filter(user=request.user, read_at=None).update(read_at=timezone.now())
    return redirect("team:notices")


@require_POST
@may_be_told
def open_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Marks it as read, and leads to what it is about. Somebody else's is not there."""
    notice = get_object_or_404(Notice, pk=pk, user=request.user)
    Notice.objects.filter(pk=pk, read_at=None).update(read_at=timezone.now())
    return redirect(notice.url or "team:notices")


@require_POST
@may_be_told
def choose(request: HttpRequest) -> HttpResponse:
    form = ChoiceForm(request.user, request.POST)
    if not form.is_valid():
        return page(request, form)
    form.save()
    messages.success(request, "Saved: from now on you are told of this.")
    return redirect("team:notices")
