"""The named classes of fields that visibility is granted by, and the four grades of access."""

from django.db.models import IntegerChoices, TextChoices


class FieldGroup(TextChoices):
    """A class of fields that a job function needs, or does not need, as a whole."""

    PROFILE = "profile", "Profile"
    IDENTITY = "identity", "Identity"
    CONTACT = "contact", "Contact"
    SERVICE = "service", "Service"
    BILLING = "billing", "Billing"
    CREDIT = "credit", "Credit"
    NOTES = "notes", "Notes"
    ENGAGEMENT = "engagement", "Engagement"


class Access(IntegerChoices):
    """What a person may do with a field. Ordered, so that the most permissive of several roles is `max`."""

    HIDDEN = 0, "Hidden"
    MASKED = 1, "Masked"
    VIEW = 2, "View"
    EDIT = 3, "Edit"
