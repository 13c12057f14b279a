from django.apps import AppConfig


class CanvasApp(AppConfig):
    name = "canvas"
    verbose_name = "Canvases"

    def ready(self) -> None:
        from audiences import erasure, segment_edits

        from .drafts import canvases_using
        from .erasure import make_nameless
        from .steps import decision_split, delay, registry

        erasure.register(make_nameless)
        segment_edits.USERS.append(canvases_using)
        registry.register(delay.Delay, decision_split.DecisionSplit)
