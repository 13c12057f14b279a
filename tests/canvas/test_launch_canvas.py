"""`launch_canvas` and `canvas_numbers`: a Canvas from a file, and its numbers."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from canvas import versions
from canvas.models import Canvas
from integrations.models import CustomAudience
from tests.cast import delay, document, facebook_step, people

pytestmark = pytest.mark.django_db


@pytest.fixture
def launch(tmp_path):
    """`launch_canvas` on a file with this in it: what it printed, and how it ended."""

    def run(content, *options: str) -> tuple[str, str]:
        path, printed = tmp_path / "canvas.json", StringIO()
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        try:
            call_command("launch_canvas", str(path), *options, stdout=printed)
        except CommandError as error:
            return printed.getvalue(), str(error)
        return printed.getvalue(), ""

    return run


def test_a_canvas_is_launched_and_the_same_file_again_changes_nothing(connection, sandbox, launch):
    people(1)
    source = document(facebook_step())
    assert launch(source) == ("Win back is active.\n", "")
    assert launch(source) == ("Win back is active.\n", "")
    assert Canvas.objects.get().versions.count() == 1 and len(sandbox.audiences()) == 1


def test_all_problems_are_printed_and_nothing_is_stored(sandbox, launch):
    source = document(delay("a", "b"), delay("b", "a"), facebook_step(fields=[]), audience=None)
    printed, ended = launch(source)
    assert ended == "Win back was not launched."
    for line in ("error canvas.E002 field=audience:", "error canvas.E005 ", "error facebook.E001:",
                 "error facebook.E009 step=fb field=fields:", "warning canvas.W001 step=fb:"):  # fmt: skip
        assert line in printed
    assert not Canvas.objects.exists() and not CustomAudience.objects.exists()


def test_warnings_are_printed_beside_the_launch(launch):
    printed, ended = launch(document(delay()))
    assert not ended and printed.startswith("warning canvas.W002 field=audience:") and "is active." in printed


def test_a_draft_that_was_not_launched_is_launched_with_the_corrected_file(connection, sandbox, launch):
    people(1)
    sandbox.fault("code_2", method="POST", path_regex="customaudiences")
    assert "facebook.E012" in launch(document(facebook_step()))[0]
    assert launch(document(facebook_step(fields=["email", "phone"])))[1] == ""
    assert CustomAudience.objects.get().fields == ["email", "phone"]


def test_another_document_under_the_name_of_a_live_canvas_is_its_next_version(launch):
    people(1)
    launch(document(delay()))
    printed, ended = launch(document(delay("b")))
    assert "canvas.E010 step=wait" in printed and ended
    canvas = Canvas.objects.get()
    assert canvas.document == document(delay()) and not canvas.drafting, "nothing is stored of what is refused"
    assert launch(document(delay("b")), "--onward", "wait=b") == ("Win back is active.\n", "")
    assert launch(document(delay("b"))) == ("Win back is active.\n", "")
    canvas.refresh_from_db()
    assert canvas.live_version.number == 2 and canvas.live_version.onward == {"wait": "b"}


def test_what_somebody_is_editing_is_not_published_over(launch):
    people(1)
    launch(document(delay()))
    versions.begin(Canvas.objects.get().pk)
    assert "Win back is being edited" in launch(document(delay(duration="P2D")))[1]
    assert Canvas.objects.get().live_version.number == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is not JSON"),
        (b'{"name": ', "is not JSON"),
        (b'{"name": "Caf\xe9"}', "is not UTF-8 text"),
        (b"[]", "is not a Canvas document"),
        (b'{"name": "A", "nmae": "B"}', "nmae: Unknown key"),
        (b'{"name": "A\\u0000"}', "no database can store"),
        (b'{"name": "\\ud800"}', "no database can store"),
        (b'{"name": "A", "steps": NaN}', "The number is too large, or is none"),
        (b'{"name": ' + b"9" * 5000 + b"}", "has no end"),
        (b"[" * 100_000, "has no end"),
    ],
)
def test_what_is_no_document_is_refused_with_a_sentence(launch, content, sentence):
    assert sentence in launch(content)[1]
    assert not Canvas.objects.exists()


def test_a_file_with_a_byte_order_mark_is_read(launch):
    assert launch(b"\xef\xbb\xbf" + json.dumps(document(delay())).encode())[1] == ""


def test_a_file_that_is_not_there_is_named():
    with pytest.raises(CommandError, match=r"nowhere\.json can't be read: No such file"):
        call_command("launch_canvas", "nowhere.json")


def test_the_numbers_of_a_canvas_are_json(launch):
    people(2)
    launch(document(delay()))
    printed = StringIO()
    call_command("canvas_numbers", "Win back", stdout=printed)
    numbers = json.loads(printed.getvalue())
    assert numbers["canvas"] == {
        "name": "Win back",
        "status": "active",
        "entered": 0,
        "inside": 0,
        "exited": 0,
        "conversions": {},
    }
    assert numbers["steps"] == [{"key": "wait", "type": "delay", "entered": 0, "proceeded": 0}]


def test_a_canvas_that_is_not_there_is_told_with_those_that_are(launch):
    launch(document(delay()))
    with pytest.raises(CommandError, match="There is no Canvas called Loyal. Canvases: Win back."):
        call_command("canvas_numbers", "Loyal")
