from django.apps import AppConfig
from django.db.backends.signals import connection_created


class AudiencesApp(AppConfig):
    name = "audiences"
    verbose_name = "Who the brand knows"

    def ready(self) -> None:
        from .folding import teach_sqlite

        connection_created.connect(teach_sqlite, dispatch_uid="audiences.folding")
