from django.apps import AppConfig


class CanvasApp(AppConfig):
    name = "canvas"
    verbose_name = "Canvases"

    def ready(self) -> None:
        from audiences import erasure, filter_named, filters, happened, import_undo, panels, segment_uses

        from . import listening, people_inside, profile_panel, segments_used
        from .erasure import make_nameless
        from .models import Entry, Trigger
        from .steps import action_paths, audience_paths, decision_split, delay, experiment_paths, registry, user_update

        erasure.register(make_nameless)
        import_undo.register(Entry, Trigger)
        happened.listen(listening.hear)
        filters.CONDITIONS["in_canvas"] = people_inside.read_in_canvas
        filter_named.NAMED["in_canvas"] = filter_named.Kind(
            "Canvas", "is in Canvas", "is not in Canvas", people_inside.names
        )
        panels.register("journeys", profile_panel.panel)
        registry.register(delay.Delay, decision_split.DecisionSplit, audience_paths.AudiencePaths)
        registry.register(experiment_paths.ExperimentPaths, action_paths.ActionPaths, user_update.UserUpdate)
        segment_uses.USERS.append(segments_used.canvases)
