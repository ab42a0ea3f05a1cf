"""A connection tried for an administrator: who is signed in, what the org allows, what the streams would miss."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone

from sync.models import SalesforceConnection
from sync.stream import Stream, System
from sync.systems.base import SourceError, StreamSkipped
from sync.systems.fitting import WIDENED
from sync.systems.salesforce.budget import Budget, spent_lately
from sync.systems.salesforce.client import SalesforceClient
from sync.systems.salesforce.errors import PERMISSION_SET, Refusal, explain
from sync.systems.salesforce.fitting import missing
from sync.systems.salesforce.reader import SalesforceReader
from sync.systems.salesforce.soql import quoted

LIMITS = {
    "DailyApiRequests": "API calls in 24 hours",
    "DailyBulkV2QueryJobs": "bulk queries in 24 hours",
    "DailyBulkV2QueryFileStorageMB": "megabytes of bulk results in 24 hours",
}
A_PERSON_WAITS = 20
"""Seconds that Salesforce may take for one answer while a person waits for the page."""
CLOCK_TOLERANCE_SECONDS = 120


@dataclass(frozen=True)
class Limit:
    """One of the org's limits: what it is, how much is left, of how much."""

    name: str
    left: int
    most: int


@dataclass(frozen=True)
class Object:
    """One object that streams read: whether all is there, what is not, what to grant for it, and which streams read it.

    `missing` and `permission` are empty where everything is seen.
    """

    name: str
    streams: tuple[str, ...]
    missing: str = ""
    permission: str = ""


@dataclass(frozen=True)
class Trial:
    """What a trial found. `problem` says in a sentence or two why nothing was reached; the rest is empty then."""

    problem: str = ""
    organization: str = ""
    user: str = ""
    user_name: str = ""
    instance_url: str = ""
    clock: datetime | None = None
    clock_advice: str = ""
    version: str = ""
    version_advice: str = ""
    limits: tuple[Limit, ...] = ()
    limits_problem: str = ""
    used: int = 0
    share: int = 0
    objects: tuple[Object, ...] = ()
    widened: tuple[str, ...] = ()
    permission_set: str = PERMISSION_SET

    @property
    def is_ready(self) -> bool:
        """Whether every stream can be read."""
        return not self.problem and not any(found.missing for found in self.objects)


def try_connection(settings: SalesforceConnection) -> Trial:
    """Sign in by these settings, look at everything that the streams read, and read no customer's data.

    What cannot be done is told in the trial; nothing is raised for it.
    """
    from sync.streams import inbound

    if not settings.is_connected:
        return Trial(problem="Salesforce is not connected: fill in the login address and the consumer key.")
    settings.timeout = min(settings.timeout, A_PERSON_WAITS)
    client = None
    try:
        client = SalesforceClient(settings, Budget(settings.api_share_percent, spent_lately()))
        return _tried(client, settings, inbound(System.SALESFORCE))
    except SourceError as failure:
        return Trial(problem=str(failure))
    except Refusal as refused:
        return Trial(problem=str(explain(refused, "Salesforce")))
    finally:
        if client:
            client.close()


def _tried(client: SalesforceClient, settings: SalesforceConnection, streams: tuple[Stream, ...]) -> Trial:
    reader, session = SalesforceReader(client, settings), client.session
    # Without the chosen version nothing else can be asked.
    offered = client.versions()
    version_advice = _version_advice(settings.api_version, offered)
    if version_advice:
        return Trial(problem=version_advice)
    (organization,) = client.query(_ORGANIZATION, all_rows=False).records or [{}]
    (user,) = client.query(_USER.format(quoted(session.user_id)), all_rows=False).records or [{}]
    limits, limits_problem = _limits(client)
    objects = tuple(_objects(reader, streams))
    return Trial(
        organization=_organization(organization),
        user=str(user.get("Name", session.user_id)),
        user_name=str(user.get("Username", "")),
        instance_url=session.instance_url,
        clock=session.began,
        clock_advice=clock_advice(session.began),
        version=f"{settings.api_version}, of {offered[0]} to {offered[-1]}",
        limits=limits,
        limits_problem=limits_problem,
        used=client.budget.spent + client.budget.calls,
        share=client.budget.share,
        objects=objects,
        widened=tuple(_widened(reader, streams, {found.name for found in objects if found.missing})),
    )


_ORGANIZATION = "SELECT Name, OrganizationType, InstanceName, IsSandbox FROM Organization"
_USER = "SELECT Name, Username FROM User WHERE Id = {}"


def _organization(found: Mapping[str, Any]) -> str:
    """`Riverbend Utilities (Enterprise Edition on NA224, a sandbox)`."""
    told = f"{found.get('OrganizationType', '')} on {found.get('InstanceName', '')}"
    return f"{found.get('Name', 'not shown to the user')} ({told}{', a sandbox' if found.get('IsSandbox') else ''})"


def _version_advice(wanted: str, offered: list[str]) -> str:
    """What is wrong with the API's version; empty where the org offers it."""
    if not offered or wanted in offered:
        return ""
    return f"The org does not offer version {wanted} of the API. Choose one from {offered[0]} to {offered[-1]}."


def _limits(client: SalesforceClient) -> tuple[tuple[Limit, ...], str]:
    """The limits that matter here, or why they are not shown."""
    try:
        told = client.limits()
    except Refusal as refused:
        return (), f"not shown ({refused.code}): grant View Setup and Configuration to see them."
    found = ((LIMITS[name], told[name]) for name in LIMITS if name in told)
    return tuple(Limit(name, int(limit["Remaining"]), int(limit["Max"])) for name, limit in found), ""


def _objects(reader: SalesforceReader, streams: Iterable[Stream]) -> Iterable[Object]:
    """Every object with the streams that read it, and what they would miss, all of it."""
    readers: dict[str, list[Stream]] = {}
    for stream in streams:
        readers.setdefault(stream.source, []).append(stream)
    for name, reading in readers.items():
        absent = [found for stream in reading if (found := missing(stream, reader.described))]
        fields = tuple(dict.fromkeys(field for found in absent for field in found.fields))
        titles = tuple(stream.title for stream in reading)
        if not absent:
            yield Object(name, titles)
        else:
            whole = type(absent[0])(absent[0].object, fields)
            yield Object(name, titles, str(whole), whole.permission)


def _widened(reader: SalesforceReader, streams: Iterable[Stream], but: set[str]) -> Iterable[str]:
    """What may be longer in Salesforce than here."""
    for stream in streams:
        if stream.source in but:
            continue
        try:
            warnings = reader.fitted(stream).warnings
        except (SourceError, StreamSkipped):
            continue
        yield from (f"{stream.title}: {warning['detail'].removeprefix(WIDENED)}" for warning in warnings)


def clock_advice(clock: datetime) -> str:
    """What is wrong with this machine's clock; empty where it agrees with Salesforce's."""
    seconds = round((timezone.now().astimezone(UTC).replace(tzinfo=None) - clock).total_seconds())
    if abs(seconds) <= CLOCK_TOLERANCE_SECONDS:
        return ""
    return (
        f"This machine's clock is {abs(seconds)} seconds {'ahead of' if seconds > 0 else 'behind'} Salesforce's. Set"
        " it: an assertion is good for three minutes only."
    )
