"""The demo's three sign-ins, one for each role. Only the demo makes them.

Their passwords follow from SECRET_KEY, so that a second run can print them again and none stands in the source.
"""

import base64
from datetime import datetime

from django.contrib.auth.models import Group
from django.utils.crypto import salted_hmac

from config.team.models import User

PEOPLE = {
    "viewer@fernway.example": ("Vera Lindqvist", "Viewer"),
    "marketer@fernway.example": ("Mats Okafor", "Marketer"),
    "admin@fernway.example": ("Ada Whitfield", "Admin"),
}


def password(email: str) -> str:
    """Three groups of four letters and digits."""
    text = base64.b32encode(salted_hmac("config.demo.sign_ins", email).digest()).decode().lower()
    return "-".join((text[:4], text[4:8], text[8:12]))


def make(now: datetime) -> User:
    """Makes all three; returns the admin."""
    for email, (name, role) in PEOPLE.items():
        is_admin = role == "Admin"
        user = User.objects.create_user(
            email, password(email), name=name, date_joined=now, is_staff=is_admin, is_superuser=is_admin
        )
        user.groups.add(Group.objects.get(name=role))
    return user


def exist() -> bool:
    return User.objects.filter(email__in=PEOPLE).exists()


def lines() -> list[str]:
    """One line a sign-in. A password that was changed is not known here any more."""
    users = User.objects.filter(email__in=PEOPLE).order_by("pk")
    return [f"  {PEOPLE[user.email][1]:<9} {user.email:<26} {shown(user)}" for user in users]


def shown(user: User) -> str:
    return password(user.email) if user.check_password(password(user.email)) else "(the password was changed)"
