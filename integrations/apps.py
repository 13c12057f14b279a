from django.apps import AppConfig


class IntegrationsApp(AppConfig):
    name = "integrations"
    verbose_name = "Partners"
