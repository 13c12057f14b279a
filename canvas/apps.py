from django.apps import AppConfig


class CanvasApp(AppConfig):
    name = "canvas"
    verbose_name = "Canvases"

    def ready(self) -> None:
        from .steps import decision_split, delay, registry

        registry.register(delay.Delay, decision_split.DecisionSplit)
