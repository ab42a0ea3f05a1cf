"""The portal's users, and what ties them to the systems they work in."""

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """A person who signs in. Users are deactivated, never deleted: history names them for ever."""

    ccb_representative_code = models.CharField(
        "CC&B representative code", max_length=50, blank=True,
        help_text="The account representative code that marks this person's accounts in CC&B.",
    )  # fmt: skip
    salesforce_user_id = models.CharField(
        "Salesforce user id", max_length=18, blank=True, help_text="This person's user record in Salesforce."
    )

    def role_names(self) -> str:
        """The roles in force, for the foot of every page."""
        return ", ".join(sorted(group.name for group in self.groups.all())) or "no role"
