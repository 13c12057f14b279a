"""The page of a step that passes people on: what became of everybody, why, and who; at a constant cost."""

from datetime import timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audiences import erasure
from audiences.models import Profile
from canvas import engine
from canvas import launch as launching
from canvas.models import Canvas
from integrations import step_causes
from integrations.models import Connection, CustomAudience, SyncBatch
from tests.cast import TOKEN, delay, draft, facebook_step, fate, launch, people, step_numbers, tick, user
from tests.states import EVERY_STATE, in_every_state

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
HTMX = {"HX-Request": "true"}
LOOKS_AGAIN = 'hx-trigger="every 3s"'


@pytest.fixture
def as_role(client):
    def as_role(role: str):
        client.force_login(user(role))
        return client

    return as_role


@pytest.fixture
def marketer(as_role):
    return as_role("Marketer")


@pytest.fixture
def everything(connection, sandbox, settings, now) -> Canvas:
    return in_every_state(sandbox, settings, now)


def path(canvas: Canvas, rest: str = "fb/") -> str:
    return f"/canvases/{canvas.pk}/analytics/{rest}"


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def listed(client, canvas: Canvas, **asked) -> list[str | None]:
    """External ids, as the list of people has them."""
    answer = client.post(path(canvas, "fb/people/"), asked, headers=HTMX)
    assert answer.status_code == 200, asked
    return [person.external_id for person, _ in answer.context["people"]]


def causes(canvas: Canvas, now) -> list[step_causes.Cause]:
    return step_causes.of_step(canvas.steps.get(key="fb"), now)


def told(canvas: Canvas, now) -> dict[str, int]:
    return {cause.title: cause.people for cause in causes(canvas, now)}


def queries(client, page: str) -> int:
    with CaptureQueriesContext(database) as captured:
        assert client.get(page).status_code == 200
    return len(captured)


class TestWhoMaySee:
    @pytest.mark.parametrize("rest", ["", "fb/", "fb/people/"])
    def test_nobody_without_a_sign_in_or_a_role(self, client, connection, now, rest):
        people(1)
        page = path(launch(facebook_step(), at=now), rest)
        ask = client.post if "people" in rest else client.get
        assert ask(page).headers["Location"].startswith("/accounts/login/")
        stranger = user("Viewer")
        stranger.groups.clear()
        client.force_login(stranger)
        assert ask(page).status_code == 403 and "Win back" not in text(ask(page))

    def test_what_is_not_there_is_404(self, marketer):
        canvas = draft(facebook_step())
        for page in (path(canvas, "nothing/"), "/canvases/77/analytics/fb/", "/canvases/77/analytics/"):
            assert marketer.get(page).status_code == 404
        assert marketer.post(path(canvas, "nothing/people/")).status_code == 404
        assert marketer.get(path(canvas, "fb/people/")).status_code == 405


class TestTheNumbers:
    def test_they_are_those_of_analytics_and_add_up(self, marketer, everything):
        answer = marketer.get(path(everything))
        numbers = answer.context["numbers"]
        assert numbers == step_numbers(everything)["fb"] and fate(everything) == EVERY_STATE
        assert (numbers["entered"], numbers["proceeded"]) == (18, 18)
        bar = "Synced 4, Pending 7, Missing fields 1, User Not Synced 5, Withdrawn 1"
        assert f'aria-label="{bar}"' in text(answer)

    def test_every_cause_is_told_and_they_add_up_to_who_is_not_there(self, marketer, everything, now):
        found = causes(everything, now)
        by_state = dict.fromkeys(EVERY_STATE, 0)
        for cause in found:
            by_state[cause.state] += cause.people
        assert by_state == EVERY_STATE | {"synced": 0}
        answer = marketer.get(path(everything))
        assert "Why 14 are not there" in text(answer) and answer.context["out"] == 18 - 4
        for words in ("None of the chosen fields is known.", "Erased before they were sent.", "The row was refused:"):
            assert words in text(answer)

    def test_what_is_retried_has_a_clock_and_a_next_try(self, everything, now):
        waiting = [cause for cause in causes(everything, now + 6.5 * HOUR) if cause.state == "pending"]
        assert [cause.people for cause in waiting] == [4, 3]
        for cause in waiting:
            assert cause.title.startswith("Facebook could not be reached") and "again by itself" in cause.hint
            assert (cause.clock.began_at, cause.clock.ends_at, cause.clock.share) == (now, now + 13 * HOUR, 50)
            assert now < cause.clock.next_at <= now + timedelta(seconds=30)

    def test_what_is_given_up_is_not_said_to_be_tried_again(self, everything, now):
        given_up = next(cause for cause in causes(everything, now) if cause.ended_at)
        assert (given_up.people, given_up.state, given_up.ended_at, given_up.clock) == (4, "not_synced", now, None)
        assert "not tried again" in given_up.hint

    def test_each_kind_of_error_leads_to_its_help_from_the_attempts_and_from_a_persons_page(self, marketer, everything):
        ledger = text(marketer.get(reverse("integrations:attempts", args=[everything.steps.get(key="fb").pk])))
        assert ledger.count(reverse("help_entry", args=["Unavailable"])) == 3 and "help/about/accepted" not in ledger
        pending = SyncBatch.objects.filter(state="sealed", cause="Unavailable")[0].members.exclude(profile=None)[0]
        person = text(marketer.get(reverse("audiences:profile", args=[pending.profile_id])))
        assert reverse("help_entry", args=["Unavailable"]) in person

    def test_who_lacks_fields_is_listed_from_that_cause(self, marketer, everything, now):
        left_out = next(cause for cause in causes(everything, now) if cause.state == "missing_fields")
        assert left_out.asks == "missing_fields" and left_out.people == 1
        assert 'name="cause" value="missing_fields"' in text(marketer.get(path(everything)))
        assert listed(marketer, everything, cause="missing_fields") == ["p0"]
        asked = marketer.post(path(everything, "fb/people/"), {"cause": "missing_fields"}, headers=HTMX)
        assert "Only those whom this keeps out: <b>None of the chosen fields is known.</b>" in text(asked)

    def test_the_last_answer_belongs_to_its_cause(self, marketer, everything, now):
        answers = {cause.title: cause.answer for cause in causes(everything, now) if cause.answer}
        codes = {title.split("own. ")[1]: (one.code, one.http_status) for title, one in answers.items()}
        assert codes == {
            "Facebook's code 1.": (1, 400),
            "Facebook's code 2.": (2, 400),
            "Facebook answered with HTTP 500 and nothing readable.": (None, 500),
        }
        words = text(marketer.get(path(everything)))
        assert "<code>1</code>" in words and "<code>2</code>" in words and "<code>HTTP 500</code>" in words

    def test_it_is_quiet_when_everybody_is_there(self, marketer, connection, now):
        people(3)
        canvas = launch(facebook_step(), at=now)
        tick(now)
        words = text(marketer.get(path(canvas)))
        assert causes(canvas, now) == [] and "not there" not in words and LOOKS_AGAIN not in words

    def test_who_stands_in_a_stopped_canvas_is_told_what_to_do(self, marketer, connection, now):
        people(3)
        canvas = launch(facebook_step(), at=now)
        engine.one_chunk(canvas.pk, now)
        words = text(marketer.get(path(canvas)))
        assert LOOKS_AGAIN in words and "Resume it" not in words
        launching.stop(canvas)
        words = text(marketer.get(path(canvas)))
        assert told(canvas, now) == {"Not handed over yet.": 3} and "Resume it." in words
        assert "Not handed over yet: the Canvas is stopped." in words and LOOKS_AGAIN not in words
        assert listed(marketer, canvas, status="pending") == ["p0", "p1", "p2"]
        assert listed(marketer, canvas, q="p1") == ["p1"]
        launching.resume(canvas)
        tick(now + HOUR)
        assert fate(canvas) == {"synced": 3}

    def test_a_canvas_that_was_never_launched(self, marketer):
        canvas = draft(facebook_step())
        words = text(marketer.get(path(canvas)))
        assert "Nobody has come here yet." in words and LOOKS_AGAIN not in words
        assert "This Canvas was never launched." in text(marketer.get(path(canvas, "")))


class TestWhatHoldsItBack:
    @pytest.fixture
    def held(self, connection, sandbox, now) -> Canvas:
        people(4)
        canvas = launch(facebook_step(), at=now)
        sandbox.delete_audience(CustomAudience.objects.get().partner_id)
        tick(now)
        return canvas

    def test_everybody_reads_it_and_a_marketer_may_recreate(self, as_role, held, now):
        recreate = f'href="/partners/audiences/{CustomAudience.objects.get().pk}/recreate/?next={path(held)}"'
        words = text(as_role("Viewer").get(path(held)))
        assert "The custom audience was deleted at Facebook." in words and "4 people wait" in words
        assert recreate not in words and "A marketer of your team can do that." in words
        words = text(as_role("Marketer").get(path(held)))
        assert recreate in words and "Recreate it:" in words

    def test_what_may_be_mended_elsewhere_a_marketer_may_retry(self, as_role, held, now):
        CustomAudience.objects.update(pause_kind="AudienceFlagged")
        retry = f"/partners/facebook/retry/audience/{CustomAudience.objects.get().pk}/"
        assert retry not in text(as_role("Viewer").get(path(held)))
        words = text(as_role("Marketer").get(path(held)))
        assert f'action="{retry}"' in words and f'name="next" value="{path(held)}"' in words

    def test_retry_lets_it_through(self, as_role, held, now):
        audience = CustomAudience.objects.get()
        marketer = as_role("Marketer")
        retry = f"/partners/facebook/retry/audience/{audience.pk}/"
        answer = marketer.post(retry, {"next": path(held)}, follow=True)
        assert answer.redirect_chain == [(path(held), 302)] and "Trying again now." in text(answer)
        audience.refresh_from_db()
        assert audience.paused_until is None and SyncBatch.objects.get().clock_at is None

    def test_it_costs_no_more_than_allowed(self, as_role, connection, sandbox, settings, now):
        canvas = in_every_state(sandbox, settings, now)
        sandbox.revoke(TOKEN)
        tick(now + HOUR)
        launching.stop(canvas)
        words = text(as_role("Admin").get(path(canvas)))
        assert "7 people wait" in words and "Replace token" in words
        assert queries(as_role("Admin"), path(canvas)) <= 20

    def test_who_waits_untried_is_told_the_same_cause(self, connection, sandbox, settings, now):
        settings.SYNC_BATCH_SIZE = 3
        people(5)
        canvas = launch(facebook_step(), at=now)
        sandbox.revoke(TOKEN)
        tick(now)
        assert Connection.objects.get().is_faulty
        found = causes(canvas, now)
        assert sum(cause.people for cause in found) == 5
        assert {cause.title for cause in found} == {
            "The system user token is not accepted any more. Facebook says that it was revoked."
        }
        assert {cause.hint for cause in found} == {"Replace it on Technology Partners."}


class TestLookingAgain:
    def test_only_while_somebody_is_on_the_way(self, marketer, connection, sandbox, now):
        people(2)
        canvas = launch(facebook_step(), at=now)
        sandbox.fault("code_2", {"path_regex": "/users"})
        tick(now)
        assert LOOKS_AGAIN in text(marketer.get(path(canvas)))
        launching.stop(canvas)
        assert LOOKS_AGAIN in text(marketer.get(path(canvas))), "what was handed over is still sent"
        tick(now + HOUR)
        assert LOOKS_AGAIN not in text(marketer.get(path(canvas)))

    def test_it_gets_only_the_part_that_changes(self, marketer, everything):
        answer = marketer.get(path(everything), headers=HTMX)
        words = text(answer)
        assert (
            words.startswith('<div class="stack loose" id="numbers"') and "no-store" in answer.headers["Cache-Control"]
        )
        assert 'id="people"' not in words and "Why 14 are not there" in words


class TestThePeople:
    def test_each_state_lists_its_people(self, marketer, everything):
        assert {name: len(listed(marketer, everything, status=name)) for name in EVERY_STATE} == EVERY_STATE
        assert len(listed(marketer, everything)) == 18 == len(listed(marketer, everything, status="no such"))

    def test_the_list_says_why_and_when(self, marketer, everything):
        answer = marketer.post(path(everything, "fb/people/"), {"status": "pending"}, headers=HTMX)
        assert "Facebook&#x27;s code 2." in text(answer) and "next <time" in text(answer)

    @pytest.mark.parametrize("term", ["p5", "P5@exam", "Zoë", "zoë whit", "+1555"])
    def test_a_marketer_finds_by_how_anything_begins(self, marketer, everything, term):
        Profile.objects.filter(external_id="p5").update(first_name="Zoë", last_name="Whitfield", phone="+15550005")
        assert listed(marketer, everything, q=term) == ["p5"]
        assert listed(marketer, everything, q=term, status="synced") == []
        assert listed(marketer, everything, q=term, status="not_synced") == ["p5"]

    def test_a_viewer_sees_masks_and_finds_by_the_whole_only(self, as_role, everything):
        Profile.objects.filter(external_id="p5").update(first_name="Zoë", last_name="Whitfield", phone="+15550005")
        viewer = as_role("Viewer")
        for term in ("p5@example.com", "+15550005", "p5"):
            assert listed(viewer, everything, q=term) == ["p5"], term
        for term in ("p5@exam", "+1555", "Zoë", "Whitfield"):
            assert listed(viewer, everything, q=term) == [], term
        words = text(viewer.post(path(everything, "fb/people/"), {"q": "p5"}, headers=HTMX))
        assert "Z… W…" in words and "Zoë" not in words and "Whitfield" not in words
        assert "must be whole" in text(viewer.post(path(everything, "fb/people/"), {"q": "x"}, headers=HTMX))
        assert "or a whole e-mail or phone" in text(viewer.get(path(everything)))

    def test_the_term_stands_in_no_address(self, marketer, everything, monkeypatch):
        monkeypatch.setattr("canvas.views.step_people.PEOPLE", 5)
        answer = marketer.post(path(everything, "fb/people/"), {"q": "jane"}, headers=HTMX)
        addresses = [part.split('"')[0] for part in text(answer).split('="/')[1:]]
        assert answer.context["next"] and not any("jane" in one.lower() for one in addresses)
        assert 'name="q" value="jane"' in text(answer)

    def test_page_by_page_everybody_once(self, marketer, everything, monkeypatch):
        monkeypatch.setattr("canvas.views.step_people.PEOPLE", 7)
        seen, after = [], ""
        while True:
            answer = marketer.post(path(everything, "fb/people/"), {"after": after}, headers=HTMX)
            seen += [person.entry_id for person, _ in answer.context["people"]]
            after = answer.context["next"]
            if not after:
                break
        assert len(seen) == len(set(seen)) == 18

    def test_who_was_erased_is_counted_and_not_named(self, marketer, everything, now):
        assert listed(marketer, everything, status="withdrawn") == [None]
        erasure.erase(["p2"], now)
        assert listed(marketer, everything, status="synced").count(None) == 1
        words = text(marketer.post(path(everything, "fb/people/"), {"status": "withdrawn"}, headers=HTMX))
        table, _, _ = words.partition("</table>")  # a token behind it may hold any letters
        assert "Erased" in table and "p8" not in table

    def test_without_script_the_whole_page_answers(self, marketer, everything):
        answer = marketer.post(path(everything, "fb/people/"), {"q": "p5", "status": "not_synced"})
        assert "<h1>Facebook Audience Step</h1>" in text(answer) and 'value="p5"' in text(answer)
        assert [person.external_id for person, _ in answer.context["people"]] == ["p5"]

    @pytest.mark.parametrize("asked", [{"after": "x"}, {"after": "5"}, {"after": "1-2-3"}, {"q": "a\x00"}])
    def test_what_no_page_asks_is_404(self, marketer, everything, asked):
        assert marketer.post(path(everything, "fb/people/"), asked, headers=HTMX).status_code == 404

    def test_nobody_fits(self, marketer, everything):
        assert "Nobody fits." in text(marketer.post(path(everything, "fb/people/"), {"q": "zz"}, headers=HTMX))


class TestTheCost:
    def test_it_is_the_same_for_many_people(self, marketer, connection, sandbox, settings, now):
        settings.SYNC_BATCH_SIZE = 50
        costs = []
        for count in (10, 300):
            people(count)
            canvas = launch(facebook_step(), at=now, name=f"For {count}")
            sandbox.fault("code_2", {"path_regex": "/users"}, times=2)
            tick(now)
            costs.append(queries(marketer, path(canvas)))
        assert costs[0] == costs[1] <= 20

    def test_every_state_costs_no_more_than_allowed(self, marketer, everything):
        assert queries(marketer, path(everything)) <= 20
        for asked in ({}, {"q": "jane"}, {"status": "not_synced"}):
            with CaptureQueriesContext(database) as captured:
                listed(marketer, everything, **asked)
            assert len(captured) <= 20

    def test_it_is_the_same_for_many_steps(self, marketer, connection, now):
        people(2)
        costs = []
        for count in (3, 40):
            names = [f"s{at}" for at in range(count)]
            steps = [delay(name, then) for name, then in zip(names, [*names[1:], "fb"], strict=True)]
            canvas = launch(*steps, facebook_step(), at=now, name=f"{count} steps")
            costs.append((queries(marketer, path(canvas)), queries(marketer, path(canvas, ""))))
        assert costs[0] == costs[1] and max(costs[0]) <= 20
