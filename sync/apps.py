"""How data gets in and out."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class SyncConfig(AppConfig):
    """Streams, their runs, and what they could not take."""

    name = "sync"
    verbose_name = "Synchronisation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the checks that prove every stream joins with the models, and the schedules to start with."""
        from sync import checks, schedules  # noqa: F401
        from sync.models import choices, matching

        post_migrate.connect(schedules.install, dispatch_uid="sync.install_schedules")
        post_migrate.connect(choices.install, sender=self, dispatch_uid="sync.install_choices")
        post_migrate.connect(matching.install, sender=self, dispatch_uid="sync.install_matching")
