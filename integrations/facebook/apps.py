from django.apps import AppConfig


class FacebookApp(AppConfig):
    name = "integrations.facebook"
    label = "facebook"
    verbose_name = "Facebook"

    def ready(self) -> None:
        from django.urls import reverse

        from audiences import coverage as audiences_coverage
        from canvas import blueprints, places
        from canvas.steps import registry
        from integrations import partner

        from . import checks, coverage
        from .blueprints import ALL
        from .partner import Facebook
        from .step import FacebookAudienceStep

        partner.register(Facebook())
        registry.register(FacebookAudienceStep)
        blueprints.register(*ALL)
        audiences_coverage.READERS.append(coverage.reach)
        page = places.Place(
            "Technology Partners",
            lambda problem: reverse("integrations:partner", args=["facebook"]) + checks.field_of(problem),
            "integrations.view_connection",
        )
        places.register("facebook", page)
