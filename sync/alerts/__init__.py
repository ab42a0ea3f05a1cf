"""Alerts: what happened to the sync is found in PostgreSQL, kept there, and told by e-mail and webhook.

A periodic task calls `watch` and then `send`. Both work from rows alone, so a lost task or a wiped broker costs delay.
"""

from sync.alerts.delivery import send, send_again, send_test
from sync.alerts.events import watch

__all__ = ["send", "send_again", "send_test", "watch"]
