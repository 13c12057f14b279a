"""Ways into a private network, tried one by one: however a host is spelled, wherever a name or an answer leads."""

import socket

import pytest

from audiences.models import Profile
from integrations.channels import Addressee
from integrations.webhook import address, checks, line, request
from integrations.webhook.request import Request

SPELLED = [
    "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001", "0", "0.0.0.0",
    "localhost", "LOCALHOST", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]",
    "[0:0:0:0:0:0:0:1]", "①②⑦.0.0.1", "127。0。0。1", "ｌocalhost", "hooks.example.com@127.0.0.1",
]  # fmt: skip
CLOUDS = [
    "169.254.169.254", "169.254.170.2", "100.100.100.200", "192.0.0.192", "168.63.129.16", "fd00:ec2::254",
    "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1", "fd20:ce::254",
]  # fmt: skip
"""Where clouds tell a machine its secrets."""


@pytest.fixture
def closed(hook, settings):
    """A receiver that would answer, in the private network that this machine is to itself."""
    settings.WEBHOOK_PRIVATE_HOSTS = []
    return hook


def made(url: str) -> Request:
    to = Addressee(Profile(external_id="p1"), {}, 1)
    return request.of({"method": "POST", "url": url, "body": "{}"}, to, "a key")


@pytest.mark.parametrize("host", SPELLED)
def test_no_spelling_of_this_machine_is_called(closed, host):
    with pytest.raises((address.Private, address.Unresolved)):
        line.call(made(f"http://{host}:{closed.server_port}/"))
    assert closed.got == []


def test_the_receiver_would_have_answered(closed, settings):
    """Without the guard the spellings lead there."""
    settings.WEBHOOK_PRIVATE_HOSTS = ["127.1", "2130706433", "127.0.0.1"]
    for host in ("127.1", "2130706433", "①②⑦.0.0.1"):
        assert line.call(made(f"http://{host}:{closed.server_port}/")).status == 200
    assert len(closed.got) == 3


@pytest.mark.parametrize("ip", CLOUDS)
def test_a_name_that_leads_to_a_clouds_secrets_is_not_followed(closed, monkeypatch, ip):
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, port, **more: [(0, 0, 0, "", (ip, port))])
    with pytest.raises(address.Private):
        line.call(made("http://metadata.example.com/latest/"))


def test_a_name_that_changes_its_mind_is_asked_only_once(closed, monkeypatch):
    """First public, then here: what was looked at is what is called."""
    places, called = iter(["1.1.1.1", "127.0.0.1"]), []
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, port, **more: [(0, 0, 0, "", (next(places), port))])

    def connect(place, *args):
        called.append(place)
        raise TimeoutError

    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(line.TooSlow):
        line.call(made(f"http://rebinding.example.com:{closed.server_port}/"))
    assert called == [("1.1.1.1", closed.server_port)] and closed.got == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_an_answer_that_leads_inward_is_not_followed(closed, settings, status):
    settings.WEBHOOK_PRIVATE_HOSTS = ["127.0.0.1"]
    closed.answers, closed.headers = [status], {"Location": "http://127.0.0.1/latest/meta-data/"}
    assert line.call(made(closed.url)).status == status
    assert len(closed.got) == 1


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_no_proxy_of_the_environment_is_asked(closed, settings, monkeypatch, name):
    settings.WEBHOOK_PRIVATE_HOSTS = ["127.0.0.1"]
    monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert line.call(made(closed.url)).status == 200


@pytest.mark.parametrize("host", [host for host in SPELLED if host.isascii()])
def test_what_can_be_known_of_a_host_is_told_before_the_launch(closed, host):
    assert checks.fault_of(f"http://{host}/") != ""
    assert checks.fault_of("http://hooks.example.com/") == checks.fault_of("http://1.1.1.1/") == ""
