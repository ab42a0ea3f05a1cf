"""The portal's settings with the bench's own app beside the others."""

from customer360.settings import *  # noqa: F403
from customer360.settings import INSTALLED_APPS as PORTAL_APPS

INSTALLED_APPS = [*PORTAL_APPS, "tests.bench"]
