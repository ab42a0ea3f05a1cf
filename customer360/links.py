"""The links of a record to the same record in the other systems, as one viewer may have them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from customer360.models import Account, Customer, LinkPattern, Premise, ServiceAgreement, VisibleModel
from customer360.tables import Column
from customer360.visibility.groups import Access
from customer360.visibility.viewer import Viewer, VisibleRecord

MODELS: Mapping[str, type[VisibleModel]] = {
    LinkPattern.Kind.ACCOUNT: Account,
    LinkPattern.Kind.CUSTOMER: Customer,
    LinkPattern.Kind.PREMISE: Premise,
    LinkPattern.Kind.SERVICE_AGREEMENT: ServiceAgreement,
}

PATTERNS_KEPT_FOR = 30
"""Seconds. Every page of a record asks for the patterns, which change once a year."""

_KEY = "active-link-patterns"


@dataclass(frozen=True)
class Link:
    """What a link says, and where it leads."""

    text: str
    url: str


def links(viewer: Viewer, kind: str, record: VisibleRecord) -> list[Link]:
    """The active links of a record.

    An address tells every key in it: a link is there only for a viewer who may VIEW them all, and only where the record
    has them.
    """
    found = []
    for pattern in _active_patterns():
        if pattern.kind != kind:
            continue
        columns = {name: Column(MODELS[kind], path) for name, path in pattern.placeholders.items()}
        values = {
            name: str(column.value(record) or "")
            for name, column in columns.items()
            if column.is_for(viewer, at_least=Access.VIEW)
        }
        # Keys are letters and digits; anything else could change which page of the other server is meant.
        keys = {name: value for name, value in values.items() if value.isalnum()}
        try:
            found.append(Link(pattern.text, pattern.address(keys)))
        except KeyError:
            continue
    return found


def _active_patterns() -> list[LinkPattern]:
    patterns: list[LinkPattern] = cache.get_or_set(
        _KEY, lambda: list(LinkPattern.objects.filter(is_active=True)), PATTERNS_KEPT_FOR
    )
    return patterns


@receiver([post_save, post_delete], sender=LinkPattern)
def forget_patterns(**kwargs: Any) -> None:
    """What is kept is old once a pattern changed; again at commit, before which others read and keep the old ones."""
    cache.delete(_KEY)
    transaction.on_commit(lambda: cache.delete(_KEY))
