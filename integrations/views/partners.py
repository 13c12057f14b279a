"""Technology Partners: a tile per partner, and a page for each: its token, its health, its ad accounts.

A token comes in by one POST and is never sent back: not in the form, not in a message, not in the audit log.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.humanize.templatetags.humanize import intcomma
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from config.team import letters, told
from config.team.models import record

from .. import checking, confirmations, connecting, incidents, partner_history, pauses, standing
from ..confirmations import Confirmation
from ..errors import PartnerError
from ..forms import TokenForm
from ..health import SCOPES, Overview
from ..models import AdAccount, Connection
from ..partner import PARTNERS, Finding, Partner, Requirement
from .going_back import back_to_partner

VIA = "dashboard"
may_view = permission_required("integrations.view_connection", raise_exception=True)
may_change = permission_required("integrations.change_connection", raise_exception=True)


@dataclass(frozen=True)
class Row:
    """An ad account as the table tells it."""

    account: AdAccount
    findings: list[Finding]
    note: str
    used: int

    @property
    def cures(self) -> list[Finding]:
        return [one for one in self.findings if one.cure and one.tone != "good"]


def partner_or_404(key: str) -> Partner:
    if key not in PARTNERS:
        raise Http404
    return PARTNERS[key]


@require_safe
@may_view
def index(request: HttpRequest) -> HttpResponse:
    tiles = [(partner, standing.of_connection(request.user, key)) for key, partner in sorted(PARTNERS.items())]
    return render(request, "integrations/partners.html", {"tiles": tiles})


@require_safe
@may_view
def detail(request: HttpRequest, key: str) -> HttpResponse:
    return page(request, partner_or_404(key))


def page(request: HttpRequest, partner: Partner, form: TokenForm | None = None) -> HttpResponse:
    overview = Overview(partner.key, timezone.now())
    ticked = confirmations.of(partner.key)
    accounts = overview.accounts if overview.secret else []
    asked = partner.requirements(overview.connection if overview.secret else None, accounts, ticked, overview.now)
    context = {
        "partner": partner,
        "overview": overview,
        "requirements": asked,
        "met": met(asked),
        "ticks": ticks_of(partner, ticked),
        "form": form or token_form(partner, overview.secret is not None),
        **who_and_when(partner, overview),
    }
    if overview.connection:
        context |= about(partner, overview)
    return render(request, "integrations/partner.html", context)


def who_and_when(partner: Partner, overview: Overview) -> dict:
    """Who is told, what was told, and what is wrong though nothing is held back by it yet."""
    who, known = told.all_of_it(), partner_history.incidents(partner)
    held = {(one.kind, one.pk) for one in overview.troubles}
    return {
        "told": who,
        "mail_is_set": letters.can_be_sent(),
        "history": partner_history.lines(partner, who.everybody, known),
        "seen": [one for one in known if not one.ended_at and (one.scope, one.scope_pk) not in held],
    }


def met(asked: Sequence[Requirement]) -> str:
    """How many are met and how many are not, in words."""
    tones = Counter(one.tone for one in asked)
    words = {"good": "met", "bad": "not met", "warn": "to look at", "off": "unknown"}
    return " · ".join(f"{tones[tone]} {word}" for tone, word in words.items() if tones[tone])


def ticks_of(partner: Partner, ticked: Mapping[str, Confirmation]) -> dict[str, dict]:
    """What only a person can see, by its key: its label, and who ticked it."""
    return {
        what: {"what": what, "label": label, "confirmed": ticked.get(what)}
        for what, label in partner.by_hand.items()
    }  # fmt: skip


def about(partner: Partner, overview: Overview) -> dict:
    headline, good = standing.headline_of(overview.connection)
    used = overview.canvases_by_account
    rows = [
        Row(account, partner.account_words(account), partner.account_note(account), used[account.pk])
        for account in overview.accounts
    ]
    return {
        "headline": headline,
        "good": good,
        "vitals": partner.vitals(overview.connection),
        "accounts": sorted(rows, key=lambda row: -row.used),
    }


def token_form(partner: Partner, connected: bool, data=None) -> TokenForm:
    return TokenForm(data, label=partner.asks_for, partner=partner.label, connected=connected)


@sensitive_post_parameters()
@require_POST
@may_change
def token(request: HttpRequest, key: str) -> HttpResponse:
    """Sets or replaces the token; a refused one changes nothing and is told beside the field."""
    partner = partner_or_404(key)
    before = Overview(key, timezone.now())
    connected = before.secret is not None
    form = token_form(partner, connected, request.POST)
    if form.is_valid() and accepted(form, key, request):
        messages.success(request, resumed(partner, connected, before))
        return redirect("integrations:partner", key)
    return page(request, partner, form)


def accepted(form: TokenForm, key: str, request: HttpRequest) -> bool:
    try:
        connecting.connect(key, form.cleaned_data["token"], timezone.now(), actor=request.user, via=VIA)
        incidents.note(timezone.now())
    except connecting.TokenUnusable as error:
        form.add_error("token", str(error))
    except PartnerError as error:
        form.add_error("token", f"Nothing was changed. {error} {refusal_cure(error)}".strip())
    return not form.errors


def refusal_cure(error: PartnerError) -> str:
    """The stored cures speak of the token that is connected; here another one was tried."""
    return "Try again." if error.kind == "Unavailable" else "" if error.kind == "TokenRejected" else error.cure


def resumed(partner: Partner, replaced: bool, before: Overview) -> str:
    """Who waited for the token goes on; what holds back an account or an audience besides is asked about first."""
    words = f"{partner.label} accepts the {'new ' * replaced}token."
    others = [trouble for trouble in before.troubles if trouble.kind != "connection" and trouble.can_retry]
    waiting = before.waiting if before.troubles and not others else 0
    if waiting:
        words += f" {intcomma(waiting)} {'people who wait go' if waiting != 1 else 'person who waits goes'} on now."
    if others:
        words += " People who wait go on now; what holds back single accounts and audiences is checked first."
    if replaced:
        words += f" The old token stays valid at {partner.label} until it is revoked there."
    return words


@require_POST
@may_change
def check(request: HttpRequest, key: str) -> HttpResponse:
    partner_or_404(key)
    connection = get_object_or_404(Connection, partner=key)
    if connection.has_token:
        checking.check(connection, timezone.now())
        incidents.note(timezone.now())
        headline, good = standing.headline_of(standing.connections().get(pk=connection.pk))
        messages.add_message(request, messages.SUCCESS if good else messages.WARNING, f"Checked now: {headline}.")
    else:
        messages.warning(request, connecting.NO_TOKEN)
    return redirect("integrations:partner", key)


@require_POST
@permission_required("integrations.retry_sync", raise_exception=True)
def retry(request: HttpRequest, key: str, scope: str, pk: int) -> HttpResponse:
    """Lets one paused scope through now: what waits for it starts anew. Also asked for by the analytics pages."""
    partner_or_404(key)
    found = get_object_or_404(SCOPES[scope], pk=pk) if scope in SCOPES else None
    if found is None or pauses.connection_of(found).partner != key:
        raise Http404
    if not found.is_faulty:
        messages.info(request, "Nothing holds it back any more.")
    elif pauses.connection_of(found).has_token:
        pauses.resume(found, timezone.now())
        record("sync.retried", str(found)[:200], actor=request.user, via=VIA)
        messages.success(request, "Trying again now.")
    else:
        messages.warning(request, connecting.NO_TOKEN)
    return redirect(back_to_partner(request, key))


@require_http_methods(["GET", "HEAD", "POST"])
@may_change
def disconnect(request: HttpRequest, key: str) -> HttpResponse:
    """GET says what it stops and asks; POST does it."""
    partner = partner_or_404(key)
    connection = get_object_or_404(Connection, partner=key)
    if request.method == "POST":
        if connecting.disconnect(key, timezone.now(), actor=request.user, via=VIA):
            incidents.note(timezone.now())
            still = f"The token still works at {partner.label} until it is revoked there."
            messages.success(request, f"{partner.label} is disconnected. {still}")
        return redirect("integrations:partner", key)
    if not connection.has_token:
        return redirect("integrations:partner", key)
    return render(
        request,
        "integrations/disconnect.html",
        {"partner": partner, "overview": Overview(key, timezone.now())},
    )
