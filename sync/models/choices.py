"""What the site chose where CC&B leaves a code to it; see `sync.choices`."""

from django.core.exceptions import ValidationError
from django.db import models

from customer360.models.base import tracked
from sync.choices import CHOICES, DEFAULTS, Choice, by_name


class SiteChoice(models.Model):
    """The value of one choice. Where there is none, the delivered value holds."""

    name = models.CharField(
        max_length=60, primary_key=True, choices=[(choice.name, choice.title) for choice in CHOICES]
    )
    value = models.CharField(max_length=500, blank=True)
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
