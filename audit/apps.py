"""Reads everything, changes nothing."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Reads everything, changes nothing."""

    name = "audit"
    default_auto_field = "django.db.models.BigAutoField"
