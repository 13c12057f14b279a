"""A queue of each test's own: on Redis all of them share one database."""

from uuid import uuid4

import pytest
from django_q.brokers import get_broker
from django_q.conf import Conf


@pytest.fixture
def queue(monkeypatch):
    own = uuid4().hex
    monkeypatch.setattr(Conf, "CLUSTER_NAME", own)
    monkeypatch.setattr(Conf, "PREFIX", own)
    yield get_broker()
    get_broker().delete_queue()
