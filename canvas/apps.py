from django.apps import AppConfig


class CanvasApp(AppConfig):
    name = "canvas"
    verbose_name = "Canvases"

    def ready(self) -> None:
        from audiences import erasure, segment_uses

        from . import segments_used
        from .erasure import make_nameless
        from .steps import decision_split, delay, registry

        erasure.register(make_nameless)
        registry.register(delay.Delay, decision_split.DecisionSplit)
        segment_uses.USERS.append(segments_used.canvases)
