"""`canvas_numbers`: a Canvas's analytics as JSON."""

import json

from django.core.management.base import BaseCommand, CommandError

from canvas.analytics import with_conversions
from canvas.models import Canvas


class Command(BaseCommand):
    help = "Prints the numbers of a Canvas as JSON."

    def add_arguments(self, parser) -> None:
        parser.add_argument("name", metavar="NAME")

    def handle(self, *args, name: str, **options) -> None:
        canvas = Canvas.objects.select_related("live_version").filter(name=name).first()
        if canvas is None:
            known = ", ".join(Canvas.objects.order_by("name").values_list("name", flat=True)[:20]) or "none yet"
            raise CommandError(f"There is no Canvas called {name}. Canvases: {known}.")
        self.stdout.write(json.dumps(with_conversions(canvas), indent=2))
