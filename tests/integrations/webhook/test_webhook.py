"""The Webhook step: what is asked for of whom, where it may go, what is tried again, and how it is signed."""

import hashlib
import hmac
import json
import socket
import ssl
from collections import Counter
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.management import call_command
from django.db import OperationalError
from django.db import connection as database

from audiences.models import CustomAttribute, Profile
from canvas import engine
from config import schedules
from integrations import dispatch_settling
from integrations.models import Dispatch, Outlet
from integrations.webhook import address, line, signing
from integrations.webhook.step import WebhookStep
from tests.cast import delay, fate, launch, people, step_numbers, tick, webhook
from tests.faults.crashing import Crash

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def audited() -> None:
    call_command("audit_sync", stdout=StringIO())


def test_everybody_is_told_of_once_signed_and_goes_on(hook, now):
    people(20)
    canvas = launch(webhook(url=f"{hook.url}/people", headers={"X-Source": "canvas"}, then="wait"), delay(), at=now)
    tick(now), tick(now + HOUR)
    assert sorted(json.loads(one.body)["id"] for one in hook.got) == sorted(f"p{n}" for n in range(20))
    assert fate(canvas, "hook") == {"sent": 20} and step_numbers(canvas)["wait"]["entered"] == 20
    got, key = hook.got[0], signing.current()
    assert (got.method, got.path, got.headers["X-Source"]) == ("POST", "/people", "canvas")
    assert got.headers["Content-Type"] == "application/json"
    over = f"{got.headers['Audience-Sync-Timestamp']}\nPOST\n{hook.url}/people\n".encode() + got.body
    assert got.headers["Audience-Sync-Signature"] == "v1=" + hmac.new(key.encode(), over, hashlib.sha256).hexdigest()
    assert len({one.headers["Idempotency-Key"] for one in hook.got}) == 20
    audited()


def test_what_is_filled_in_stays_in_its_place(hook, now):
    CustomAttribute.objects.create(name="points", type="number")
    odd = '"}], "x": [{\\ \r\nEvil: 1'
    Profile.objects.create(external_id="a/b?c=1&d", first_name=odd, city="Zürich", attributes={"points": 12})
    body = '{"name": "{{ first_name }}", "points": "{{ points }}", "in": ["{{ city }}: {{ points }}"], "n": 1}'
    launch(
        webhook(
            url=f"{hook.url}/p/{{{{ external_id }}}}?c={{{{ city }}}}&n={{{{ last_name|default:'none given' }}}}",
            headers={"X-Name": "{{ first_name }}"}, body=body,
        ), at=now,
    )  # fmt: skip
    tick(now)
    [got] = hook.got
    assert json.loads(got.body) == {"name": odd, "points": 12, "in": ["Zürich: 12"], "n": 1}
    assert got.path == "/p/a%2Fb%3Fc%3D1%26d?c=Z%C3%BCrich&n=none%20given"
    assert got.headers["X-Name"] == '"}], "x": [{\\   Evil: 1' and "Evil" not in got.headers


def test_a_value_can_not_lead_up_the_path(hook, now):
    Profile.objects.create(external_id="..")
    canvas = launch(webhook(url=f"{hook.url}/people/{{{{ external_id }}}}/tags"), at=now)
    tick(now)
    assert not hook.got and fate(canvas, "hook") == {"failed": 1}


@pytest.mark.parametrize("external_id", ["a/../b", "..\\a", "a\\..", "%2e."])
def test_nor_one_whose_slashes_are_escaped(hook, now, external_id):
    Profile.objects.create(external_id=external_id)
    canvas = launch(webhook(url=f"{hook.url}/people/{{{{ external_id }}}}"), at=now)
    tick(now)
    assert [got.path for got in hook.got] == (["/people/%252e."] if external_id == "%2e." else [])
    assert fate(canvas, "hook") == ({"sent": 1} if hook.got else {"failed": 1})


@pytest.mark.parametrize(("kind", "body", "sent"), [
    ("application/x-www-form-urlencoded; charset=utf-8", "n={{ first_name }}&a=1", "n=A%26admin%3D1+%3Cb%3E%22&a=1"),
    ("text/xml", '<n a="{{ first_name }}"/>', '<n a="A&amp;admin=1 &lt;b&gt;&quot;"/>'),
    ("application/soap+xml", "<n>{{ first_name }}</n>", "<n>A&amp;admin=1 &lt;b&gt;&quot;</n>"),
    ("application/json", '"{{ first_name }}"', '"A&admin=1 <b>\\""'),
    ("text/plain", "{{ first_name }}", 'A&admin=1 <b>"'),
])  # fmt: skip
def test_a_value_adds_nothing_to_a_body_of_another_type(hook, now, kind, body, sent):
    people(1, first_name='A&admin=1 <b>"')
    launch(webhook(url=hook.url, body=body, headers={"content-type": kind}), at=now)
    tick(now)
    [got] = hook.got
    assert got.body.decode() == sent and got.headers["content-type"] == kind


def test_what_is_called_json_and_is_none_does_not_leave(hook, now):
    people(1)
    canvas = launch(webhook(url=hook.url), at=now)
    engine.work(now), engine.work(now)
    chosen = {"url": hook.url, "body": "{{ first_name }}", "headers": {"Content-Type": "application/json"}}
    Outlet.objects.update(settings=chosen)
    tick(now)
    assert not hook.got and fate(canvas, "hook") == {"failed": 1}


@pytest.mark.parametrize(
    ("host", "asked"), [("b\xfccher.example", "xn--bcher-kva.example"), (f"{'a' * 64}.example", None)]
)
def test_a_host_is_asked_for_as_the_net_knows_it(hook, now, settings, monkeypatch, host, asked):
    people(1)
    settings.WEBHOOK_PRIVATE_HOSTS = [asked]
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", hook.server_port))]
    resolve = socket.getaddrinfo
    known = lambda name, *args, **more: found if name == asked else resolve(name, *args, **more)  # noqa: E731
    monkeypatch.setattr(socket, "getaddrinfo", known)
    canvas = launch(webhook(url=f"http://{host}:{hook.server_port}/"), at=now)
    tick(now)
    assert [got.headers["Host"] for got in hook.got] == ([f"{asked}:{hook.server_port}"] if asked else [])
    assert fate(canvas, "hook") == ({"sent": 1} if asked else {"failed": 1})


def test_a_plain_body_and_none(hook, now):
    people(1, first_name="Ann")
    launch(webhook(url=hook.url, body="Hello {{ first_name }}"), name="a", at=now)
    launch(webhook(url=hook.url, method="GET", body="not sent"), name="b", at=now)
    tick(now)
    plain, none = sorted(hook.got, key=lambda got: got.method, reverse=True)
    assert (plain.body, plain.headers["Content-Type"]) == (b"Hello Ann", "text/plain; charset=utf-8")
    assert (none.method, none.body, none.path) == ("GET", b"", "/")


@pytest.mark.parametrize(("status", "cause"), [
    (500, "The address had a trouble of its own. (500)"), (404, "The address refused the request. (404)"),
    (302, "The address answered with a redirect, which is not followed. (302)"),
])  # fmt: skip
def test_what_fails_is_tried_again_and_no_redirect_followed(hook, now, status, cause):
    people(1)
    hook.answers, hook.headers = [status], {"Location": f"{hook.url}/elsewhere"}
    canvas = launch(webhook(url=hook.url), at=now)
    tick(now)
    waiting = Dispatch.objects.get()
    assert (waiting.cause, waiting.status, waiting.clock_at) == (cause, status, now)
    assert now < waiting.next_attempt_at <= now + timedelta(seconds=30)
    tick(now + HOUR)
    assert fate(canvas, "hook") == {"sent": 1} and [got.path for got in hook.got] == ["/", "/"]
    assert len({got.headers["Idempotency-Key"] for got in hook.got}) == 1
    audited()


def test_who_asks_us_to_wait_is_left_alone_for_so_long(hook, now):
    people(30)
    hook.answers, hook.headers = [429] * 8, {"Retry-After": "600"}
    canvas = launch(webhook(url=hook.url), at=now)
    tick(now)
    outlet = Outlet.objects.get()
    assert outlet.held_until == now + timedelta(seconds=600) == schedules.next_due(now) and outlet.holds == 1
    assert len(hook.got) == 8
    tick(now + timedelta(seconds=599))
    assert len(hook.got) == 8
    tick(now + timedelta(seconds=600))
    assert fate(canvas, "hook") == {"sent": 30}


def test_who_was_only_held_back_is_not_given_up_once_it_goes_out_again(hook, now):
    """The address is away, is there again, and then only asks us to slow down."""
    people(30)
    hook.answers, hook.headers = [503] * 8, {"Retry-After": "3600"}
    canvas = launch(webhook(url=hook.url), at=now)
    tick(now)
    assert Dispatch.objects.filter(clock_at=now).count() == 30
    hook.answers = [200] * 8 + [429] * 8
    tick(now + HOUR)
    assert fate(canvas, "hook") == {"sent": 8, "pending": 22}
    assert not Dispatch.objects.filter(state="waiting", clock_at__isnull=False).exists()
    hook.answers = [429] * 8
    tick(now + 12.5 * HOUR), tick(now + 13 * HOUR)
    assert fate(canvas, "hook") == {"sent": 8, "pending": 22}
    tick(now + 14 * HOUR)
    assert fate(canvas, "hook") == {"sent": 30}


def test_a_throttle_starts_no_clock(hook, now):
    people(3)
    hook.answers = [429] * 3
    canvas = launch(webhook(url=hook.url), at=now)
    tick(now)
    outlet = Outlet.objects.get()
    assert outlet.is_held(now) and outlet.held_since is None and "slow down" in outlet.held_for
    assert fate(canvas, "hook") == {"pending": 3} and set(Dispatch.objects.values_list("clock_at", "tries")) == {
        (None, 0)
    }


def test_a_success_of_the_same_moment_does_not_end_the_pause(hook, now):
    people(30)
    hook.answers, hook.headers = [429], {"Retry-After": "600"}
    canvas = launch(webhook(url=hook.url), at=now)
    hook.slow = 0.3
    tick(now)
    assert len(hook.got) == 8 and Outlet.objects.get().held_until == now + timedelta(seconds=600)
    tick(now + timedelta(seconds=600))
    assert fate(canvas, "hook") == {"sent": 30} and Outlet.objects.get().held_until is None


def test_an_answer_that_never_ends_is_cut_off(hook, now, settings):
    people(1)
    settings.SYNC_LEASE_SECONDS, hook.drip = 2, True
    canvas = launch(webhook(url=hook.url), at=now)
    tick(now)
    assert fate(canvas, "hook") == {"pending": 1} and Dispatch.objects.get().cause == "There was no answer in time."


def test_after_thirteen_hours_it_has_failed(hook, now):
    people(2)
    canvas = launch(webhook(url=hook.url), at=now)
    hook.answers = [500] * 1000
    for hour in range(15):
        tick(now + hour * HOUR)
    assert fate(canvas, "hook") == {"failed": 2}
    audited()


def test_nobody_in_a_private_network_is_called(hook, now, settings):
    settings.WEBHOOK_PRIVATE_HOSTS = []
    people(1)
    canvas = launch(webhook(url="http://hooks.example.com/"), at=now)
    engine.work(now), engine.work(now)
    Outlet.objects.update(settings={"url": hook.url})
    tick(now)
    assert not hook.got and fate(canvas, "hook") == {"pending": 1}
    assert "private network" in Outlet.objects.get().held_for


PRIVATE = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1",
    "255.255.255.255", "::1", "::", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
    "ff02::1", "192.0.2.1", "64:ff9b:1::a00:1", "fec0::1", "::7f00:1", "::ffff:0:7f00:1",
]  # fmt: skip


@pytest.mark.parametrize("ip", PRIVATE)
def test_these_are_no_public_addresses(ip):
    assert not address.is_public(ip)


@pytest.mark.parametrize("ip", ["1.1.1.1", "93.184.215.14", "2606:4700:4700::1111", "64:ff9b::101:101"])
def test_these_are(ip):
    assert address.is_public(ip)


def test_of_a_name_that_leads_to_both_only_the_public_address_is_called(monkeypatch, settings):
    settings.WEBHOOK_PRIVATE_HOSTS = []
    answers = [[(0, 0, 0, "", (ip, 80))] for ip in ("10.0.0.1", "1.1.1.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **more: [*answers[0], *answers[1]])
    assert address.resolve("both.example", 80) == "1.1.1.1"
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **more: answers[0])
    with pytest.raises(address.Private):
        address.resolve("inside.example", 80)


def test_the_address_that_was_checked_is_the_one_that_is_called(hook, now, settings, monkeypatch):
    """The name leads elsewhere a moment later."""
    people(1)
    settings.WEBHOOK_PRIVATE_HOSTS = ["hooks.example.com"]
    asked = []

    def resolve(host, port, *args, **more):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    canvas = launch(webhook(url=f"http://hooks.example.com:{hook.server_port}/"), at=now)
    tick(now)
    assert fate(canvas, "hook") == {"sent": 1} and asked.count("hooks.example.com") == 1
    assert hook.got[0].headers["Host"] == f"hooks.example.com:{hook.server_port}"


def certificate(host: str, folder) -> str:
    """A file with a certificate for this host, signed by itself, and its key."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), today, today + 24 * HOUR)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=True)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "host.pem"
    path.write_bytes(plain + made.public_bytes(serialization.Encoding.PEM))
    return str(path)


@pytest.mark.parametrize(("host", "comes"), [("localhost", True), ("127.0.0.1", False)])
def test_over_https_the_certificate_is_that_of_the_host(hook, now, settings, monkeypatch, tmp_path, host, comes):
    people(1)
    settings.WEBHOOK_PRIVATE_HOSTS = ["localhost", "127.0.0.1"]
    path = certificate("localhost", tmp_path)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path)
    hook.socket = server.wrap_socket(hook.socket, server_side=True)
    monkeypatch.setattr(socket, "has_ipv6", False)
    trusting = ssl.create_default_context(cafile=path)
    monkeypatch.setattr(line, "context", lambda: trusting)
    canvas = launch(webhook(url=f"https://{host}:{hook.server_port}/"), at=now)
    tick(now)
    assert fate(canvas, "hook") == ({"sent": 1} if comes else {"pending": 1})


def test_the_graph_shows_no_password():
    assert WebhookStep().summary({"url": "https://me:secret@x.example/a"}) == "POST x.example"


def test_the_key_is_encrypted_and_a_lost_one_holds_back_instead_of_sending_unsigned(hook, now, settings):
    people(1)
    canvas = launch(webhook(url=hook.url), at=now)
    signing.SigningKey.objects.all().delete()
    tick(now)
    assert not hook.got and fate(canvas, "hook") == {"pending": 1}
    key = signing.make(now)
    with database.cursor() as cursor:
        cursor.execute("SELECT * FROM webhook_signingkey")
        assert key not in str([bytes(part) if isinstance(part, memoryview) else part for part in cursor.fetchone()])
    tick(now + HOUR)
    assert fate(canvas, "hook") == {"sent": 1}


def test_what_left_together_is_settled_though_the_database_fails_one_of_them(hook, now, monkeypatch):
    people(8)
    canvas = launch(webhook(url=hook.url), at=now)
    settle, settled = dispatch_settling.settle, Counter()

    def failing(*args):
        settled["n"] += 1
        if settled["n"] == 2:
            raise OperationalError("the server closed the connection")
        return settle(*args)

    monkeypatch.setattr(dispatch_settling, "settle", failing)
    with pytest.raises(OperationalError):
        tick(now)
    monkeypatch.undo()
    assert fate(canvas, "hook") == {"sent": 7, "pending": 1}
    tick(now + HOUR)
    assert fate(canvas, "hook") == {"sent": 8} and len(hook.got) == 9


def test_a_crash_repeats_at_most_what_was_on_its_way(hook, now, monkeypatch):
    people(40)
    canvas = launch(webhook(url=hook.url), at=now)
    settle, settled = dispatch_settling.settle, Counter()

    def falling(*args):
        settled["n"] += 1
        if settled["n"] == 20:
            raise Crash
        return settle(*args)

    monkeypatch.setattr(dispatch_settling, "settle", falling)
    with pytest.raises(Crash):
        tick(now)
    monkeypatch.undo()
    tick(now + HOUR)
    assert fate(canvas, "hook") == {"sent": 40}
    times = Counter(got.headers["Idempotency-Key"] for got in hook.got)
    assert len(times) == 40 and max(times.values()) <= 2 and sum(times.values()) <= 48
    audited()
