from django.apps import AppConfig


class WebhookApp(AppConfig):
    name = "integrations.webhook"
    label = "webhook"
    verbose_name = "Webhooks"

    def ready(self) -> None:
        from canvas.steps import registry
        from integrations import channels

        from .sending import Webhook
        from .step import WebhookStep

        channels.register(Webhook())
        registry.register(WebhookStep)
