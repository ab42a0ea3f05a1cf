"""The core app: it offers the registries that the outer apps push into, and loads what they push."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules


class Customer360Config(AppConfig):
    """The customer's own data and the rules about seeing it."""

    name = "customer360"
    verbose_name = "Customers, roles and visibility"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Load every app's panels and scopes, keep the app role's rights in step, and begin a fiscal calendar."""
        from customer360 import checks, database  # noqa: F401
        from customer360.summaries import fiscal

        autodiscover_modules("panels", "scopes", "sources")
        post_migrate.connect(database.grant_rights, dispatch_uid="customer360.grant_rights")
        post_migrate.connect(fiscal.install, dispatch_uid="customer360.install_fiscal_calendar")
