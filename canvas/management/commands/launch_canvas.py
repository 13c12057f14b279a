"""`launch_canvas`: a Canvas document from a file, created and launched; of what is live it is the next version."""

import contextlib
import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from canvas import launch, publishing, retiring, saving, versions
from canvas.document import Document, DocumentRefused, Draft, parse
from canvas.models import Canvas


class Command(BaseCommand):
    help = "Creates and launches a Canvas from its document, or prints the problems and exits 1."

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", metavar="FILE.json")
        parser.add_argument("--onward", action="append", default=[], metavar="GONE=STEP")

    def handle(self, *args, file: str, onward: list[str], **options) -> None:
        document = self.read(Path(file))
        canvas = Canvas.objects.filter(name=document.name).first()
        try:
            if canvas and canvas.is_live:
                warnings = self.publish(document, canvas, dict(one.partition("=")[::2] for one in onward))
            else:
                warnings = self.launch(document, canvas)
        except launch.NotLaunched as refusal:
            self.show(refusal.problems)
            raise CommandError(f"{document.name} was not launched.") from None
        self.show(warnings)
        self.stdout.write(f"{document.name} is {Canvas.objects.get(name=document.name).status}.")

    def read(self, path: Path) -> Document:
        try:
            return parse(json.loads(path.read_text(encoding="utf-8-sig")))
        except OSError as error:
            raise CommandError(f"{path} can't be read: {error.strerror}.") from None
        except UnicodeDecodeError:
            raise CommandError(f"{path} is not UTF-8 text. Save it as UTF-8.") from None
        except json.JSONDecodeError as error:
            raise CommandError(f"{path} is not JSON: {error.msg} in line {error.lineno}.") from None
        except DocumentRefused as refusal:
            lines = "".join(f"\n  {fault.path}: {fault.message}" for fault in refusal.faults)
            raise CommandError(f"{path} is not a Canvas document:{lines}") from None
        except (ValueError, RecursionError):
            raise CommandError(f"{path} is JSON that can't be read: a number or a nesting has no end.") from None

    def launch(self, document: Document, canvas: Canvas | None) -> list:
        """Checks before anything is stored."""
        if canvas is None or canvas.status == Canvas.Status.DRAFT:
            canvas = self.stored(document, canvas)
        return launch.launch(self.replaced(canvas, document), timezone.now())

    def publish(self, document: Document, canvas: Canvas, onward: retiring.Onward) -> list:
        """Checks before anything is stored; the same document again changes nothing."""
        if canvas.drafting and canvas.document != document.source:
            raise CommandError(
                f"{canvas.name} is being edited: publish or discard the draft of its next version first."
            )
        if not canvas.drafting and canvas.live_version.document == document.source:
            return []
        now = timezone.now()
        launch.refresh(document, now)
        draft = Draft(document, now, canvas)
        launch.stop_if_wrong([*launch.problems(draft), *retiring.unplaced(draft.live, document, onward)])
        versions.save(canvas.pk, None, lambda _: document.source, None, "Replaced", "command line")
        return publishing.publish(canvas, timezone.now(), onward=onward)

    def replaced(self, canvas: Canvas, document: Document) -> Canvas:
        """With this document; one that is no draft any more is refused by the launch."""
        with contextlib.suppress(saving.NotADraft):
            return saving.save(canvas.pk, None, lambda _: document.source, None, "Replaced", via="command line")
        return canvas

    def stored(self, document: Document, canvas: Canvas | None) -> Canvas:
        now = timezone.now()
        launch.refresh(document, now)
        launch.stop_if_wrong(launch.problems(Draft(document, now, canvas)))
        with contextlib.suppress(saving.NameTaken):  # Another launch of the same file may be quicker.
            return canvas or saving.create(document, via="command line")
        return Canvas.objects.get(name=document.name)

    def show(self, problems: list) -> None:
        for problem in problems:
            self.stdout.write(str(problem))
