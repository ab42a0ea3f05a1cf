"""How a message leaves: by e-mail over Django's backend, or to a webhook with a signed body.

Each transport says for certain whether it failed: what raises NotSent did not arrive and may be sent again; what raises
PerhapsSent may have arrived.
"""

import hashlib
import hmac
import http.client
import json
import smtplib
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from sync.alerts import words
from sync.models import AlertChannel, AlertEvent

TIMEOUT = 10
"""Seconds that a mail server or a webhook may take."""

_NAMESPACE = uuid.UUID("5f0b2c1e-6d0a-4c55-9a43-0c9a8d3f7e21")


class NotSent(Exception):
    """It did not arrive. The message says why, without what was sent."""


class PerhapsSent(Exception):
    """The other side went silent after it had the message, so nobody knows."""


def transmit(channel: AlertChannel, events: Sequence[AlertEvent]) -> None:
    """Send the events as one message.

    Raises NotSent or PerhapsSent.
    """
    if channel.kind == AlertChannel.Kind.EMAIL:
        _mail(channel, events)
    else:
        _post(channel, events)


def _mail(channel: AlertChannel, events: Sequence[AlertEvent]) -> None:
    """One e-mail to all addresses. Its Message-ID comes from its events, so that a mail server knows a repetition."""
    named = uuid.uuid5(_NAMESPACE, " ".join(sorted(str(event.pk) for event in events)))
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip(">") or "customer360"
    connection = get_connection(timeout=TIMEOUT)
    message = EmailMessage(
        words.subject(events), words.text(events), to=channel.address_list, connection=connection,
        headers={"Message-ID": f"<{named}@{domain}>", "Auto-Submitted": "auto-generated"},
    )  # fmt: skip
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(f"The mail server cannot be reached: {_say(error)}.") from error
    try:
        message.send()
    except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused, smtplib.SMTPNotSupportedError) as error:
        raise NotSent(f"The mail server refused the message: {_say(error)}.") from error
    except (OSError, smtplib.SMTPException) as error:
        raise PerhapsSent(f"The mail server went silent over the message: {_say(error)}.") from error
    finally:
        # The message is with the server, or not; how it says goodbye changes nothing.
        with suppress(OSError, smtplib.SMTPException):
            connection.close()


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A signed body goes where the administrator said, and nowhere else."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        """Follow none; the answer then counts as what it is."""


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """The hexadecimal HMAC-SHA256 of the timestamp, a dot and the body."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def _post(channel: AlertChannel, events: Sequence[AlertEvent]) -> None:
    """One POST, signed with every secret in force, so that a receiver may change over from one to the next."""
    if not settings.ALERT_WEBHOOK_SECRETS:
        raise NotSent("ALERT_WEBHOOK_SECRETS is not set, so the message could not be signed.")
    address = channel.addresses.strip()
    if not may_post_to(address):
        raise NotSent("The webhook's address is no https:// address.")
    body, timestamp = json.dumps(words.payload(events), sort_keys=True).encode(), str(int(time.time()))
    signed = ", ".join(f"v1={signature(secret, timestamp, body)}" for secret in settings.ALERT_WEBHOOK_SECRETS)
    request = urllib.request.Request(  # noqa: S310 - the scheme was checked
        address, data=body, method="POST",
        headers={
            "Content-Type": "application/json", "User-Agent": "Customer360",
            "X-Customer360-Timestamp": timestamp, "X-Customer360-Signature": signed,
        },
    )  # fmt: skip
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=TIMEOUT):
            return
    except urllib.error.HTTPError as error:
        error.close()
        raise NotSent(f"The webhook answered {error.code}.") from error
    except urllib.error.URLError as error:
        raise NotSent(f"The webhook cannot be reached: {_say(error.reason)}.") from error
    except (OSError, http.client.HTTPException) as error:
        raise PerhapsSent(f"The webhook went silent: {_say(error)}.") from error


def may_post_to(address: str) -> bool:
    """Whether a webhook may have this address: https, or on a developer's machine http as well."""
    try:
        parts = urlsplit(address)
        (parts.hostname or "").encode("idna")
        fits = address.isascii() and address.isprintable() and parts.port != 0 and "@" not in parts.netloc
    except ValueError:
        return False
    return fits and bool(parts.hostname) and parts.scheme in (("https", "http") if settings.DEBUG else ("https",))


def _say(error: object) -> str:
    """An error of the network in a few words; of a server's answer its code alone, as its text may echo the message."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "no address was accepted"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"code {error.smtp_code}"
    if isinstance(error, TimeoutError):
        return f"no answer in {TIMEOUT} seconds"
    return str(getattr(error, "strerror", None) or type(error).__name__)
