from django.apps import AppConfig


class IntegrationsApp(AppConfig):
    name = "integrations"
    verbose_name = "Partners"

    def ready(self) -> None:
        from audiences import erasure

        from .erasure import withdraw

        erasure.register(withdraw)
