"""A second step at sign-in: a code from the phone, or a recovery code; throttled, encrypted; sessions are listed."""

import base64
import struct
import time
from hashlib import sha1
from hmac import HMAC
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client

from config.team.models import AuditEvent, User
from tests.cast import user

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough password"  # noqa: S105
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture(autouse=True)
def own_counts(settings):
    """On Redis all processes of the suite count in one place, and clearing it would take their queue away."""
    settings.CACHES = settings.CACHES | {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()


@pytest.fixture
def mia(db) -> User:
    person = user("Marketer")
    person.set_password(PASSWORD)
    person.save()
    return person


def code(secret: str, at: float | None = None) -> str:
    """RFC 6238, read anew: six digits of the half minute."""
    counter = struct.pack(">Q", int((at or time.time()) // 30))
    digest = HMAC(base64.b32decode(secret), counter, sha1).digest()
    start = digest[-1] & 15
    return str((struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000).zfill(6)


def sign_in(client: Client, person: User, password: str = PASSWORD):
    return client.post(
        "/accounts/login/", {"login": person.email, "password": password}, headers={"User-Agent": FIREFOX}
    )


def switched_on(person: User) -> tuple[Client, str]:
    """Signs in and sets up the app; returns the secret of it."""
    client = Client()
    sign_in(client, person)
    page = confirmed(client, "/accounts/2fa/totp/activate/")
    secret = page.context["form"].secret
    done = client.post("/accounts/2fa/totp/activate/", {"code": code(secret)})
    assert done.status_code == 302, done.content.decode()
    return client, secret


def confirmed(client: Client, path: str):
    """What guards the account asks for the password once more."""
    asked = client.get(path)
    assert asked.headers["Location"].startswith("/accounts/reauthenticate/")
    assert "Is it you?" in client.get(asked.headers["Location"]).content.decode()
    return client.post(asked.headers["Location"], {"password": PASSWORD, "next": path}, follow=True)


def test_with_it_the_password_alone_is_not_enough(mia):
    first, secret = switched_on(mia)
    assert "is on" in first.get("/accounts/2fa/").content.decode()
    client = Client()
    assert sign_in(client, mia).headers["Location"].startswith("/accounts/2fa/authenticate/")
    assert client.get("/canvases/").status_code == 302
    wrong = client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert "Incorrect code" in wrong.content.decode() and client.get("/canvases/").status_code == 302
    right = client.post("/accounts/2fa/authenticate/", {"code": code(secret, time.time() + 30)})
    assert right.status_code == 302 and client.get("/canvases/").status_code == 200


def test_a_recovery_code_works_once(mia):
    first, _ = switched_on(mia)
    one = first.get("/accounts/2fa/recovery-codes/").context["unused_codes"][0]
    for works in (True, False):
        client = Client()
        sign_in(client, mia)
        client.post("/accounts/2fa/authenticate/", {"code": one})
        assert (client.get("/canvases/").status_code == 200) is works


def test_its_secrets_are_encrypted_rotate_and_stand_nowhere_else(mia, settings):
    client, secret = switched_on(mia)
    old = settings.FERNET_KEYS
    assert secret not in str(list(Authenticator.objects.values())) + str(list(AuditEvent.objects.values()))
    settings.FERNET_KEYS = ["a new key that is long enough, and random", *old]
    call_command("rotate_encryption_key", stdout=StringIO())
    settings.FERNET_KEYS = settings.FERNET_KEYS[:1]
    again = Client()
    sign_in(again, mia)
    again.post("/accounts/2fa/authenticate/", {"code": code(secret, time.time() + 30)})
    assert again.get("/canvases/").status_code == 200


def test_a_secret_that_no_key_opens_lets_nobody_in_and_breaks_nothing(mia, settings):
    client, secret = switched_on(mia)
    settings.FERNET_KEYS = ["quite another key, that nobody has used before"]
    lost = Client()
    sign_in(lost, mia)
    for tried in (code(secret), code(base64.b32encode(b"").decode())):
        assert lost.post("/accounts/2fa/authenticate/", {"code": tried}).status_code == 200
    assert lost.get("/canvases/").status_code == 302
    assert client.get("/accounts/2fa/").status_code == 200


def test_who_lost_her_phone_is_helped_by_an_admin(mia):
    switched_on(mia)
    admin = Client()
    admin.force_login(user("Admin"), backend="allauth.account.auth_backends.AuthenticationBackend")
    path = f"/settings/people/{mia.pk}/"
    assert "Two-step sign-in is on" in admin.get(path).content.decode()
    assert admin.post(f"{path}two-step-off/").status_code == 302
    assert sign_in(Client(), mia).headers["Location"] == "/"
    told = AuditEvent.objects.filter(action__startswith="two_step.").exclude(action="two_step.added")
    assert [(one.action, one.actor.email) for one in told] == [("two_step.switched_off", user("Admin").email)]


def test_guessing_is_throttled(mia):
    client = Client()
    for _ in range(5):
        assert "not correct" in sign_in(client, mia, "wrong").content.decode()
    answer = sign_in(client, mia)
    assert "Too many" in answer.content.decode() and client.get("/canvases/").status_code == 302


def test_who_asks_too_often_reads_what_to_do(mia, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}
    client = Client()
    sign_in(client, mia, "wrong")
    answer = sign_in(client, mia, "wrong")
    assert answer.status_code == 429 and "Wait five minutes" in answer.content.decode()


def test_sessions_are_listed_and_ended(mia):
    here, there = Client(), Client()
    sign_in(here, mia), sign_in(there, mia)
    page = here.get("/settings/me/").content.decode()
    assert page.count("Firefox on Windows</span>") == 2 and "This one" in page
    other = UserSession.objects.get(session_key=there.session.session_key)
    stranger = Client()
    stranger.force_login(user("Viewer"), backend="allauth.account.auth_backends.AuthenticationBackend")
    stranger.post(f"/settings/me/sessions/{other.pk}/end/")
    assert there.get("/canvases/").status_code == 200
    here.post(f"/settings/me/sessions/{other.pk}/end/")
    assert there.get("/canvases/").status_code == 302 and here.get("/canvases/").status_code == 200
    sign_in(there, mia)
    here.post("/settings/me/sessions/end-others/")
    assert there.get("/canvases/").status_code == 302 and here.get("/canvases/").status_code == 200
    assert AuditEvent.objects.filter(action="session.ended").count() == 2


def test_a_new_password_ends_the_other_sessions(mia):
    here, there = Client(), Client()
    sign_in(here, mia), sign_in(there, mia)
    new = "another long enough password"
    here.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert there.get("/canvases/").status_code == 302 and here.get("/canvases/").status_code == 200
    page = here.get("/settings/me/").content.decode()
    assert page.count('data-label="Since"') == 1 and "This one" in page
    assert AuditEvent.objects.get().action == "user.password_changed"


def test_everybody_chooses_her_name_and_zone(mia):
    client = Client()
    sign_in(client, mia)
    assert client.post("/settings/me/", {"name": "Mia", "time_zone": "Europe/Berlin"}).status_code == 302
    assert (User.objects.get(pk=mia.pk).name, User.objects.get(pk=mia.pk).time_zone) == ("Mia", "Europe/Berlin")
    assert client.post("/settings/me/", {"name": "Mia", "time_zone": "Mars/Base"}).status_code == 422
