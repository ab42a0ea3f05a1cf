"""What the site chose where CC&B leaves a code to it; see `sync.choices`."""

from django.apps import AppConfig
from django.apps.registry import Apps
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from customer360.models.base import tracked
from sync.choices import DEFAULTS, Choice, by_name


class SiteChoice(models.Model):
    """The value of one choice. Where there is none, the delivered value holds."""

    name = models.CharField(max_length=60, primary_key=True)
    value = models.CharField(max_length=2000, blank=True)
    history = tracked()

    class Meta:
        ordering = ("name",)
        verbose_name = "site choice"

    def __str__(self) -> str:
        """What is chosen."""
        return self.choice.title

    @property
    def choice(self) -> Choice:
        """The declaration; KeyError for a choice that this version does not know."""
        return by_name(self.name)

    def clean(self) -> None:
        """Keep the value without spaces.

        Raises ValidationError, with a sentence, for a value that is not of the choice's form.
        """
        try:
            self.value = self.choice.clean(self.value)
        except ValueError as error:
            raise ValidationError({"value": str(error)}) from error


def site_choices() -> dict[str, str]:
    """Every choice's value by name: what the site chose, else what is delivered."""
    chosen = dict(SiteChoice.objects.values_list("name", "value"))
    return {name: chosen.get(name, default) for name, default in DEFAULTS.items()}


def install(app_config: AppConfig, using: str, apps: Apps | None = None, **kwargs: object) -> None:
    """Put the choices that are new at their delivered values; what a site chose stays."""
    # A flush tells no apps: it empties tables that are all there.
    if using != "owner" or (apps and not _has_choices(apps)):
        return
    choices, lines = SiteChoice.objects.using(using), SiteChoice.history.model.objects.using(using)
    present = set(choices.values_list("name", flat=True))
    new = {name: default for name, default in DEFAULTS.items() if name not in present}
    # The owner writes both: at this moment the app role may have no rights on the new tables.
    choices.bulk_create(SiteChoice(name=name, value=value) for name, value in new.items())
    lines.bulk_create(
        SiteChoice.history.model(name=name, value=value, history_type="+", history_date=timezone.now())
        for name, value in new.items()
    )


def _has_choices(apps: Apps) -> bool:
    """Whether the migrations that were run went as far as the table of choices."""
    try:
        apps.get_model("sync", "SiteChoice")
    except LookupError:
        return False
    return True
