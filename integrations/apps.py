from django.apps import AppConfig


class IntegrationsApp(AppConfig):
    name = "integrations"
    verbose_name = "Partners"

    def ready(self) -> None:
        from audiences import erasure, filters, panels

        from . import people_synced, profile_panel
        from .erasure import withdraw

        erasure.register(withdraw)
        filters.CONDITIONS["synced_to"] = people_synced.read_synced_to
        panels.register("syncs", profile_panel.panel)
