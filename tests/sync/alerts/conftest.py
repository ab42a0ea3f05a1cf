"""Channels that lead to a mail server and a webhook over the wire.

pytest may read this file before Django is set up, so whatever needs the settings is imported where it is used.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.sync.alerts.receivers import MailServer, Webhook, serving

SECRET = "a secret of the tests"


@pytest.fixture
def mail(settings: Any) -> Iterator[MailServer]:
    """A mail server that the settings name."""
    with serving(MailServer()) as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.DEFAULT_FROM_EMAIL = "portal@utility.example"
        yield server


@pytest.fixture
def hook(settings: Any) -> Iterator[Webhook]:
    """A webhook, and the secret that signs what it is sent; DEBUG, as it speaks plain http."""
    settings.ALERT_WEBHOOK_SECRETS, settings.DEBUG = [SECRET], True
    with serving(Webhook()) as server:
        yield server


@pytest.fixture
def by_mail(db: None, mail: MailServer) -> Callable[..., Any]:
    """`by_mail(**values)`: a channel by e-mail."""
    from tests.sync.alerts.channels import make_channel

    return lambda **values: make_channel("operators", "email", **({"addresses": "ops@utility.example"} | values))


@pytest.fixture
def by_hook(db: None, hook: Webhook) -> Callable[..., Any]:
    """`by_hook(**values)`: a channel to the webhook."""
    from tests.sync.alerts.channels import make_channel

    return lambda **values: make_channel("pager", "webhook", **({"addresses": hook.url} | values))
