from django.apps import AppConfig


class MailApp(AppConfig):
    name = "integrations.mail"
    label = "mail"
    verbose_name = "E-mail"

    def ready(self) -> None:
        from audiences import erasure, panels
        from canvas.steps import registry
        from integrations import channels

        from . import profile_panel, suppression
        from .sending import Mail
        from .step import MessageStep

        channels.register(Mail())
        registry.register(MessageStep)
        erasure.register(suppression.forget)
        panels.register("mail", profile_panel.panel)
