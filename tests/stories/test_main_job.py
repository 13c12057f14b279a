"""The main job as a whole: messy people in, Canvas launched, people in Facebook's audience, numbers that add up."""

import pytest

from tests import running
from tests.cast import ACCOUNT, FATES, OTHER_TOKEN, TOKEN, delay, document, facebook_step
from tests.stories import messy

FIELDS = ["email", "phone", "first_name", "last_name", "zip", "country"]
CANVAS = document(facebook_step(then="wait", ad_account=ACCOUNT, fields=FIELDS), delay())
WITHIN = 60
"""Seconds. On a machine of its own it takes less than 15; other tests may keep the machine busy meanwhile."""
CAUSES = """
from integrations.models import SyncBatch
print(*SyncBatch.objects.filter(state="sealed").values_list("cause", flat=True).distinct())
"""


def test_messy_people_reach_facebook_and_the_numbers_add_up(product, sandbox):
    everybody = messy.crowd(2_000)
    launch(product, everybody)
    with product.running("worker"):
        running.wait_until(lambda: is_full(sandbox, everybody), WITHIN)
        settled(product)
    assert_all_arrived_once(sandbox, everybody)
    assert_numbers(product, everybody)


@pytest.mark.nightly
def test_a_hundred_thousand_people_reach_facebook(product, sandbox):
    everybody = messy.crowd(100_000)
    launch(product, everybody)
    with product.running("worker"):
        seconds = running.wait_until(lambda: is_full(sandbox, everybody), 180, every=0.5)
        settled(product)
    print(f"100,000 people were at Facebook {seconds:.1f} s after the worker started")
    assert_all_arrived_once(sandbox, everybody)
    assert_numbers(product, everybody)


@pytest.mark.nightly
def test_a_token_revoked_in_mid_sync_loses_nobody(sandbox, tmp_path):
    everybody = messy.crowd(2_000)
    sandbox.fault("revoked_midway", method="POST", path_regex="/users$", after=4)
    with running.installed(tmp_path, sandbox.url, SYNC_BATCH_SIZE="200") as product:
        launch(product, everybody)
        with product.running("worker"):
            running.wait_until(lambda: causes(product) == "TokenRejected", 20)
            halfway = product.numbers("Win back")["fb"]
            assert halfway["synced"] > 0 and halfway["pending"] > 0
            assert halfway["synced"] + halfway["missing_fields"] + halfway["pending"] == 2_000
            product.manage("connect_facebook", given=OTHER_TOKEN)
            running.wait_until(lambda: is_full(sandbox, everybody), 20)
            settled(product)
        assert_all_arrived_once(sandbox, everybody)
        assert_numbers(product, everybody)


def launch(product: running.Installation, everybody: list[messy.Person]) -> None:
    product.manage("import_profiles", messy.write(everybody, product.folder / "people.csv"))
    product.manage("connect_facebook", given=TOKEN)
    product.manage("launch_canvas", product.write("canvas.json", CANVAS))


def rows(everybody: list[messy.Person]) -> list[tuple]:
    return [person.row for person in everybody if person.has_a_field]


def is_full(sandbox, everybody: list[messy.Person]) -> bool:
    return sandbox.audiences()[0]["size"] >= len(set(rows(everybody)))


def settled(product: running.Installation) -> None:
    running.wait_until(lambda: product.numbers("Win back")["fb"]["pending"] == 0, 20)


def causes(product: running.Installation) -> str:
    return product.manage("shell", "--verbosity=0", "--command", CAUSES).strip()


def assert_all_arrived_once(sandbox, everybody: list[messy.Person]) -> None:
    expected = rows(everybody)
    audience = sandbox.audiences()[0]["id"]
    held = sandbox.rows(audience)
    assert held["schema"] == messy.SCHEMA
    assert set(map(tuple, held["rows"])) == set(expected)
    assert sandbox.received(audience)["total"] == len(expected)


def assert_numbers(product: running.Installation, everybody: list[messy.Person]) -> None:
    sent = len(rows(everybody))
    steps = product.numbers("Win back")
    assert {name: steps["fb"][name] for name in FATES if steps["fb"][name]} == {
        "synced": sent,
        "missing_fields": len(everybody) - sent,
    }
    assert steps["fb"]["entered"] == steps["fb"]["proceeded"] == steps["wait"]["entered"] == len(everybody)
    assert product.manage("audit_sync").strip() == "Everything adds up."
