"""C1 > C2 > C3 and the numbers that add up."""

from django.apps import AppConfig


class HierarchyConfig(AppConfig):
    """C1 > C2 > C3 and the numbers that add up."""

    name = "hierarchy"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have placements follow what a load changes."""
        from hierarchy import placements  # noqa: F401
