"""The people who use the dashboard, the keys that programs use, and what either of them did."""

import hashlib
import secrets
from typing import Self

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from . import deeds
from .notice_models import Notice, NoticeChoice

__all__ = [
    "ApiKey", "AuditEvent", "Invitation", "KeptAnswer", "Notice", "NoticeChoice", "User", "Users", "record",
]  # fmt: skip


class Users(BaseUserManager):
    def create_user(self, email: str, password: str | None = None, **fields) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str) -> "User":
        return self.get(email=email.strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody who signs in, by e-mail (kept in lower case)."""

    email = models.EmailField("e-mail", unique=True)
    name = models.CharField(max_length=150, blank=True)
    time_zone = models.CharField(max_length=64, default="UTC", help_text="Dates are shown in it.")
    is_staff = models.BooleanField("may open the Django admin", default=False)
    is_active = models.BooleanField("may sign in", default=True)
    date_joined = models.DateTimeField(default=timezone.now)

    _user_perm_cache = frozenset()
    """Django keeps here what somebody may by herself. Roles alone say who may what, so no page has to ask."""

    objects = Users()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    def __str__(self) -> str:
        return self.name or self.email


class Invitation(models.Model):
    """Somebody may make an account, by a link that works once, until it expires. Of the link only a hash is kept."""

    email = models.EmailField("e-mail", unique=True)
    role = models.CharField(max_length=20)
    digest = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        ordering = ["email"]

    def __str__(self) -> str:
        return self.email


class ApiKey(models.Model):
    """A program's right to call the API. The key itself is shown once and kept only as a hash."""

    SCOPES = (
        "users.track", "users.read", "users.delete", "segments", "canvases", "canvases.launch", "canvases.trigger",
        "analytics", "partners",
    )  # fmt: skip
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    minute = models.PositiveBigIntegerField(default=0, help_text="of the last call, since 1970")
    calls = models.PositiveIntegerField(default=0, help_text="in that minute")

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @classmethod
    def make(cls, name: str, scopes: list[str], created_by: User | None = None) -> tuple[Self, str]:
        """A stored key and, this once, its text."""
        unknown = sorted(set(scopes) - set(cls.SCOPES))
        if unknown:
            raise ValidationError(f"Unknown scope: {', '.join(unknown)}. Known: {', '.join(cls.SCOPES)}.")
        prefix, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
        digest = hashlib.sha256(secret.encode()).hexdigest()
        key = cls.objects.create(name=name, prefix=prefix, digest=digest, scopes=scopes, created_by=created_by)
        return key, f"{prefix}.{secret}"

    @classmethod
    def find(cls, text: str) -> Self | None:
        """The key that `text` is, if it is a live one."""
        prefix, _, secret = text.partition(".")
        key = cls.objects.filter(prefix=prefix, revoked_at=None).first()
        digest = hashlib.sha256(secret.encode()).hexdigest()
        return key if key and constant_time_compare(key.digest, digest) else None


class KeptAnswer(models.Model):
    """What a call with an Idempotency-Key was answered, for its repeats; of the call itself only keyed hashes.

    Answers that are kept hold counts, places and sentences, never what was sent.
    """

    api_key = models.ForeignKey(ApiKey, models.CASCADE)
    name = models.CharField(max_length=64, help_text="hash of the Idempotency-Key")
    call = models.CharField(max_length=64, help_text="hash of address and body")
    body = models.JSONField(null=True, help_text="null while the call is being carried out")
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint("api_key", "name", name="one_answer_for_a_name")]


class OnlyAdded(models.QuerySet):
    """Many at once are refused like one: nothing of the log is changed or deleted."""

    def update(self, **fields) -> int:
        raise ValidationError("The audit log is only ever added to.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise ValidationError("The audit log is only ever added to.")


class AuditEvent(models.Model):
    """Who did what to which token, Canvas or segment, and when. Only ever added to; never holds a secret."""

    at = models.DateTimeField(default=timezone.now, db_index=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True)
    via = models.CharField(max_length=100, help_text="dashboard, command line, or the API key's name")
    action = models.CharField(max_length=60)
    target = models.CharField(max_length=200)
    details = models.JSONField(default=dict)

    objects = OnlyAdded.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.target}"

    def save(self, *args, **kwargs) -> None:
        if self.pk:
            raise ValidationError("The audit log is only ever added to.")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs) -> None:
        raise ValidationError("The audit log is only ever added to.")

    @property
    def words(self) -> str:
        return deeds.in_words(self.action)

    @property
    def told(self) -> str:
        return deeds.told(self.details)


def record(action: str, target: str, *, actor: User | None = None, via: str = "command line", **details) -> AuditEvent:
    """Writes one line of the audit log, in the caller's transaction."""
    return AuditEvent.objects.create(actor=actor, via=via, action=action, target=target, details=details)
