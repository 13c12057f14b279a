"""Technology Partners in a browser, however the connection stands; its life is told in test_admin_story."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from integrations import checking, confirmations, connecting
from integrations.models import AdAccount
from tests.browser.conftest import LOOKS, at_night, seen_by_axe, violations
from tests.cast import TOKEN, facebook_step, launch, people, tick
from tests.unhappy import STATES, checked


@pytest.mark.parametrize("connected", [True, at_night(False)])
def test_a_broken_connection_can_be_read_by_everybody(open_page, connection, sandbox, now, connected):
    AdAccount.objects.bulk_create(AdAccount(connection=connection, account_id=f"act_{n}") for n in range(5000, 5012))
    people(3)
    launch(facebook_step(), at=now)
    sandbox.account("act_1001", account_status=3, tos_accepted=False, tier="development_access")
    checking.check(connection, now) if connected else connecting.disconnect("facebook", now)
    sandbox.revoke(TOKEN)
    tick(now)
    for size, scheme in LOOKS:
        page = open_page("Admin", "/partners/facebook/", size, scheme)
        assert violations(page) == [], (size, scheme)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{size} scrolls sideways"


@pytest.mark.parametrize("name", ["scope missing", *map(at_night, sorted(STATES.keys() - {"scope missing"}))])
def test_each_unhappy_state_can_be_read_by_everybody(open_page, sandbox, name):
    checked(STATES[name], sandbox, timezone.now())
    page = open_page("Admin", "/partners/facebook/")
    row = page.locator(".check").filter(has=page.get_by_text(STATES[name].row, exact=True))
    expect(row).to_contain_text(STATES[name].told[0])
    assert seen_by_axe(page, *LOOKS) == []


def test_what_no_check_can_see_is_ticked_by_hand_and_the_guide_knows_it(open_page, connection):
    page = open_page("Admin", "/partners/facebook/")
    row = page.locator(".check").filter(has=page.get_by_text("App", exact=True))
    row.get_by_role("button", name="Tick “App is Live”").click()
    expect(row).to_contain_text("ticked by admin@example.com")
    page.get_by_role("link", name="The way through App Review").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The way through App Review")
    expect(page.get_by_role("button", name="Take back “App is Live”")).to_be_visible()
    page.get_by_role("button", name="Tick “Business verified”").click()
    expect(page.get_by_role("button", name="Take back “Business verified”")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Take back “App is Live”").click()
    expect(page.get_by_role("button", name="Tick “App is Live”")).to_be_visible()
    assert list(confirmations.of("facebook")) == ["business"]
