from django.apps import AppConfig


class ConfigApp(AppConfig):
    name = "config"
    verbose_name = "Running the installation"

    def ready(self) -> None:
        from django_q import signals

        from . import beats

        signals.pre_execute.connect(beats.from_worker, dispatch_uid="beats.worker")
        signals.post_execute.connect(beats.from_monitor, dispatch_uid="beats.monitor")
