"""`steps`: the registry of step types, for readers."""

from django.core.management.base import BaseCommand

from canvas.steps import registry


class Command(BaseCommand):
    help = "Lists the step types that are installed, with their settings and branches."

    def handle(self, *args, **options) -> None:
        for name, step_type in sorted(registry.TYPES.items()):
            settings = ", ".join(step_type.settings)
            branches = ", ".join(step_type.branches({}))
            self.stdout.write(f"{name}: {step_type.label}\n  settings: {settings}\n  branches: {branches}")
