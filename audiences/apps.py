from django.apps import AppConfig
from django.db.backends.signals import connection_created


class AudiencesApp(AppConfig):
    name = "audiences"
    verbose_name = "Who the brand knows"

    def ready(self) -> None:
        from . import behaviour, filters
        from .folding import teach_sqlite

        filters.CONDITIONS.update(behaviour.CONDITIONS)
        connection_created.connect(teach_sqlite, dispatch_uid="audiences.folding")
