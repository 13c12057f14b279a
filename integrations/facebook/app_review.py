"""The way through Meta's App Review, step by step, with what is known of each.

Names are those of Meta's pages of September 2026: since that year "Ads Management Standard Access" is called "Marketing
API Access Tier", its levels Limited and Full. Who sends to accounts of the own business only needs no review for the
permissions (Meta: access levels): it is for more calls an hour, and for agencies.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from .. import confirmations
from ..health import Overview
from ..partner import Finding
from ..views.partners import may_view, partner_or_404, ticks_of
from . import requirements

VERIFICATION = "https://business.facebook.com/settings/security"


@dataclass(frozen=True)
class Stage:
    """`findings`: what the last check saw of it. `tick`: what a person says of it."""

    title: str
    words: Sequence[str]
    place: str
    link: str
    findings: Sequence[Finding] = ()
    tick: str = ""


def stages(overview: Overview) -> list[Stage]:
    connection = overview.connection if overview.secret else None
    facts = connection.facts if connection else {}
    return [
        Stage(
            "Create the app and add it to the Business Manager",
            (
                "Create an app of the type Business, with the use case for the Marketing API.",
                "In Business settings, under Accounts, Apps, add it to the business that owns the ad accounts.",
            ),
            "Your apps", requirements.APPS, [*requirements.app(connection, facts)],
        ),
        Stage(
            "Verify the business",
            (
                "Business Verification asks for papers of the company, and takes days. Begin with it.",
                "Accept the supplemental terms that are shown with it, where there are any.",
            ),
            "Security Center", VERIFICATION, tick="business",
        ),
        Stage(
            "Ask for access under Permissions and Features",
            (
                "Marketing API Access Tier, level Full. Until 2026 it was called Ads Management Standard Access. Meta "
                "wants 500 successful calls within 15 days first: begin in the Limited tier, where sending is slower.",
                "ads_management: custom audiences are made and filled with it.",
                "business_management: it tells which business owns an account. Sending works without it.",
                "For ad accounts of your own business the permissions hold without a review; it is Full access that "
                "the review is for.",
            ),
            "Your apps", requirements.APPS, [*requirements.permissions(connection, overview.accounts, facts)],
        ),
        Stage(
            "Submit it for App Review",
            (
                "Say that the app passes the brand's own customers, hashed, into Custom Audiences of its own ad "
                "accounts, and that it changes no ad, no page and no other audience.",
                "Where a recording is wanted, show this page, a Canvas with its Facebook step, and the audience.",
                "A refusal names its reason under App Review, Requests: mend that and submit again.",
            ),
            "Your apps", requirements.APPS,
        ),
        Stage(
            "Switch the app to Live Mode",
            (
                "The switch stands on top of the app's dashboard. An app in Development mode is refused for people "
                "without a role in it, and this is forgotten more often than all the rest.",
            ),
            "Your apps", requirements.APPS, tick="live",
        ),
        Stage(
            "Make the system user token",
            (
                "In Business settings, under Users, System users: an admin system user, with the ad accounts assigned "
                "and the task to manage campaigns.",
                "Generate a token for this app with ads_management and business_management, that never expires. It is "
                "shown once: paste it on Technology Partners.",
            ),
            "System users", requirements.PEOPLE, [*requirements.token(connection, overview.now)],
        ),
    ]  # fmt: skip


@require_safe
@may_view
def page(request: HttpRequest) -> HttpResponse:
    partner, overview = partner_or_404("facebook"), Overview("facebook", timezone.now())
    context = {"partner": partner, "stages": stages(overview), "ticks": ticks_of(partner, confirmations.of("facebook"))}
    return render(request, "integrations/app_review.html", context)
