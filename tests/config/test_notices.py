"""Notices as people read them, choose them, and get them by e-mail: at least once, whatever the server does."""

from datetime import timedelta

import pytest
from django.core import mail

from config.team import notice_mail, notices
from config.team.models import Notice, NoticeChoice
from config.team.notices import News
from tests.cast import user

pytestmark = pytest.mark.django_db
PAGE = "/settings/notices/"


def news(**more) -> News:
    facts = {"kind": "account", "about": "incident:1", "tone": "bad", "title": "North: it is\ndisabled", "text": "Why."}
    return News(**facts | {"authors": {*()}, "url": lambda looks_after: "/partners/facebook/"} | more)


@pytest.fixture
def admin(client):
    client.force_login(user("Admin"))
    return client


def test_the_bell_counts_and_reading_one_leads_to_it(admin, now):
    notices.tell(news(), now)
    page = admin.get(PAGE).content.decode()
    assert "North: it is" in page and '<span class="count push">1' in page
    assert admin.post(f"{PAGE}{Notice.objects.get().pk}/open/").url == "/partners/facebook/"
    assert '<span class="count push">' not in admin.get("/").content.decode()


def test_all_can_be_marked_as_read_but_only_ones_own(admin, client, now):
    user("Marketer")
    notices.tell(news(authors={user("Marketer").pk}), now)
    admin.post(f"{PAGE}read/")
    assert notices.unread(user("Admin")) == 0 and notices.unread(user("Marketer")) == 1
    theirs = Notice.objects.get(user=user("Marketer"))
    assert admin.post(f"{PAGE}{theirs.pk}/open/").status_code == 404


def test_the_choice_begins_with_what_holds_and_is_kept(client):
    for role, usual in (("Admin", "all"), ("Marketer", "mine")):
        client.force_login(user(role))
        form = client.get(PAGE).context["form"]
        assert {field.initial for field in form} == {usual}
    chosen = {f"{kind}-{way}": "none" for kind in notices.KINDS for way in ("mail", "shown")}
    client.post(f"{PAGE}choose/", chosen | {"audience-shown": "all"})
    kept = NoticeChoice.objects.get(user=user("Marketer"), kind="audience")
    assert (kept.mail, kept.shown) == ("none", "all")
    answer = client.post(f"{PAGE}choose/", chosen | {"audience-shown": "sometimes"})
    assert "Select a valid choice" in answer.content.decode()


def test_an_e_mail_says_what_and_where(admin, now):
    notices.tell(news(), now)
    assert notice_mail.send_due(lambda: now) == 1
    letter = mail.outbox[0]
    assert letter.to == ["admin@example.com"] and letter.subject.endswith("North: it is disabled")
    assert "https://audience.example.com/partners/facebook/" in letter.body and "settings/notices/" in letter.body
    assert notice_mail.send_due(lambda: now) == 0 and Notice.objects.get().mailed_at == now


def test_a_crash_between_claim_and_letter_repeats_it_after_the_lease(admin, now):
    notices.tell(news(), now)
    assert notice_mail.claim(now) and notice_mail.claim(now) is None
    assert notice_mail.send_due(lambda: now) == 0
    assert notice_mail.send_due(lambda: now + notice_mail.LEASE) == 1


def test_a_server_that_is_away_is_tried_again_for_about_a_day(admin, now, settings):
    notices.tell(news(), now)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    moment = now
    while due := notice_mail.next_due():
        assert notice_mail.send_due(lambda due=due: due) == 0
        moment = due
    assert timedelta(hours=20) < moment - now < timedelta(hours=30)
    assert Notice.objects.get().mailed_at is None and notices.unread(user("Admin")) == 1


def test_without_a_mail_server_nothing_is_kept_to_be_sent_later(admin, now, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    notices.tell(news(), now)
    assert notice_mail.next_due() is None
    assert "No mail server is set" in admin.get(PAGE).content.decode()


def test_who_was_put_out_meanwhile_gets_no_letter_and_rings_no_bell(admin, now):
    notices.tell(news(), now)
    account = user("Admin")
    account.is_active = False
    account.save()
    assert notice_mail.next_due() is None and notice_mail.send_due(lambda: now) == 0
