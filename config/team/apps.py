from django.apps import AppConfig
from django.db.models.signals import post_migrate


class TeamApp(AppConfig):
    name = "config.team"
    label = "team"
    verbose_name = "People and roles"

    def ready(self) -> None:
        from .roles import ensure_roles

        post_migrate.connect(ensure_roles, dispatch_uid="team.roles")
