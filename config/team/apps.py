from django.apps import AppConfig
from django.db.models.signals import post_migrate


class TeamApp(AppConfig):
    name = "config.team"
    label = "team"
    verbose_name = "People and roles"

    def ready(self) -> None:
        from allauth.account import signals

        from . import audit_guard, sessions, two_step
        from .roles import ensure_roles

        post_migrate.connect(ensure_roles, dispatch_uid="team.roles")
        post_migrate.connect(audit_guard.ensure, sender=self, dispatch_uid="team.audit_guard")
        for signal in (signals.password_changed, signals.password_set, signals.password_reset):
            signal.connect(sessions.forget_others, dispatch_uid="team.sessions")
        two_step.watch()
