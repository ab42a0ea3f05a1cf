"""What was said and done with the customer."""

from django.apps import AppConfig


class EngagementConfig(AppConfig):
    """What was said and done with the customer."""

    name = "engagement"
    default_auto_field = "django.db.models.BigAutoField"
