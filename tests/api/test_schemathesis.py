"""Schemathesis reads the OpenAPI document and makes every call, rightly and wrongly: it finds no fault.

Two of its checks are left out where the product promises otherwise. A schema can't say which attributes exist, or that
a Canvas is ready: what fits it may be refused with 422. users/track and trigger keep good objects and name bad ones.
Every call carries the key; what happens without one is told by `test_keys`.
"""

import contextlib

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis.errors import Unsatisfiable

from tests.api.caller import Caller
from tests.cast import delay, launch, people

pytestmark = pytest.mark.django_db
KEEPS_GOOD_ONES = ("/users/track", "/trigger")
A_FEW, MANY = 1, 40


@pytest.fixture
def within_the_test(db):
    """Requests leave the test's transaction open, as those of Django's own test client do."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.nightly
@pytest.mark.parametrize("examples", [A_FEW, MANY])
def test_every_call_is_as_the_document_says(examples, within_the_test, connection, settings, now):
    # Here, because it takes a second, which every worker would spend that collects the tests.
    from schemathesis import Config, GenerationMode, checks, openapi

    settings.API_CALLS_PER_MINUTE = 1_000_000
    people(3)
    launch(delay(), at=now, entry={"type": "api"}, audience=None)
    config = Config.from_dict({"headers": {"Authorization": f"Bearer {Caller().text}"}})
    for found in openapi.from_wsgi("/api/v1/openapi.json", WSGIHandler(), config=config).get_all_operations():
        operation, left_out = found.ok(), [checks.positive_data_acceptance, checks.ignored_auth]
        left_out += [checks.negative_data_rejection] if operation.path.endswith(KEEPS_GOOD_ONES) else []
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            cases = operation.as_strategy(generation_mode=mode)
            probe(cases, examples, excluded_checks=left_out)


def probe(cases, examples: int, **how) -> None:
    """The few are the same in every run, so that no run of the suite fails by chance."""

    @hypothesis_settings(
        max_examples=examples, derandomize=examples == A_FEW, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(case=cases)
    def call(case) -> None:
        case.call_and_validate(**how)

    with contextlib.suppress(Unsatisfiable):  # Without a parameter or a body it can't be called wrongly.
        call()
