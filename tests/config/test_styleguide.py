"""The style guide is for staff."""

import pytest

from tests.cast import user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", [None, "Viewer", "Marketer"])
def test_nobody_else_sees_it(client, role):
    if role:
        client.force_login(user(role))
    assert client.get("/styleguide/").status_code == 302


def test_staff_sees_every_icon_and_state(client):
    client.force_login(user("Admin"))
    answer = client.get("/styleguide/")
    assert answer.status_code == 200 and "User Not Synced" in answer.content.decode()
    assert all(f"#i-{name}" in answer.content.decode() for name in answer.context["icons"])
