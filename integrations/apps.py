from django.apps import AppConfig


class IntegrationsApp(AppConfig):
    name = "integrations"
    verbose_name = "Partners"

    def ready(self) -> None:
        from audiences import erasure, panels

        from . import profile_panel
        from .erasure import withdraw

        erasure.register(withdraw)
        panels.register("syncs", profile_panel.panel)
