"""The style guide is for staff, and what can be copied from it is what it shows."""

import pytest
from django.utils.html import escape

from config.styleguide import COMPONENTS
from tests.cast import user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", [None, "Viewer", "Marketer"])
def test_nobody_else_sees_it(client, role):
    if role:
        client.force_login(user(role))
    assert client.get("/styleguide/").status_code == 302


def test_staff_sees_every_component_icon_and_state(client):
    client.force_login(user("Admin"))
    answer = client.get("/styleguide/")
    page = answer.content.decode()
    assert answer.status_code == 200 and "User Not Synced" in page
    assert all(f"#i-{name}" in page for name in answer.context["icons"])
    for component in COMPONENTS:
        assert escape(component.markup) in page and "{% load" not in component.markup
