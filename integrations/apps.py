from django.apps import AppConfig


class IntegrationsApp(AppConfig):
    name = "integrations"
    verbose_name = "Partners"

    def ready(self) -> None:
        from audiences import changes, erasure, filter_named, filters, panels
        from config.team import notices

        from . import dispatch_by_hand, dispatch_panel, news_kinds, people_synced, profile_panel, receipts
        from .erasure import withdraw
        from .identities import keep_former

        erasure.register(withdraw)
        erasure.register(dispatch_by_hand.withdraw)
        erasure.PLACES.append(receipts.places)
        changes.listen(keep_former)
        filters.CONDITIONS["synced_to"] = people_synced.read_synced_to
        filter_named.NAMED["synced_to"] = filter_named.Kind(
            "custom audience", "was synced to", "was not synced to", people_synced.names
        )
        for key, kind in news_kinds.ALL.items():
            notices.register(key, kind)
        panels.register("dispatches", dispatch_panel.panel)
        panels.register("syncs", profile_panel.panel)
