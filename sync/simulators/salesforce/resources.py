"""What the org tells of itself: versions, resources, objects and their fields, limits, changes of the last days."""

from datetime import UTC, datetime, timedelta

from sync.simulators.salesforce import describe as describing
from sync.simulators.salesforce import limits, oauth, replication, schema, soql, store, values
from sync.simulators.salesforce.bulk import jobs
from sync.simulators.salesforce.calls import Call
from sync.simulators.salesforce.errors import OrgError
from sync.simulators.salesforce.messages import Reply, json_reply

_VERSIONS = range(50, 67)
# Three versions a year, of which 50.0 came in Winter '21.
_SEASONS = ("Winter", "Spring", "Summer")
_FIRST_YEAR = 21
_RESOURCES = {
    "tooling": "tooling",
    "query": "query",
    "queryAll": "queryAll",
    "composite": "composite",
    "sobjects": "sobjects",
    "limits": "limits",
    "jobs": "jobs",
}
_UPDATED_DAYS = 30
_MOST_IDS = 600_000


def versions(call: Call) -> Reply:
    """GET /services/data: every version, for which nobody need be signed in."""
    told = []
    for number in _VERSIONS:
        year, season = divmod(number - _VERSIONS.start, 3)
        told.append(
            {
                "label": f"{_SEASONS[season]} '{_FIRST_YEAR + year}",
                "url": f"/services/data/v{number}.0",
                "version": f"{number}.0",
            }
        )
    return json_reply(told)


def resources(call: Call) -> Reply:
    """GET /services/data/vNN.0: where its resources are."""
    identity = f"{call.request.origin}/id/{store.organization_id(call.connection)}/{call.user_id}"
    return json_reply({name: f"{call.base}/{path}" for name, path in _RESOURCES.items()} | {"identity": identity})


def describe_global(call: Call) -> Reply:
    """GET sobjects."""
    return json_reply(describing.describe_global(call.connection, call.user_id, version=call.version))


def describe(call: Call) -> Reply:
    """GET sobjects/X/describe."""
    return json_reply(describing.describe(call.connection, call.user_id, call.sobject().name, version=call.version))


def basic(call: Call) -> Reply:
    """GET sobjects/X: the object without its fields."""
    whole = describing.describe(call.connection, call.user_id, call.sobject().name, version=call.version)
    plain = {name: value for name, value in whole.items() if not isinstance(value, list)}
    return json_reply({"objectDescribe": plain, "recentItems": []})


def told_limits(call: Call) -> Reply:
    """GET limits."""
    usage = call.application.usage.state(call.connection)
    return json_reply(limits.body(usage, jobs.last_day(call.connection)))


def record_count(call: Call) -> Reply:
    """GET limits/recordCount?sObjects=A,B: records of objects, those in the recycle bin not counted."""
    names = [name for name in call.request.query.get("sObjects", "").split(",") if name]
    found = [made for name in names if (made := schema.find(name))] if names else list(schema.objects().values())
    counted = [{"count": _count(call, made.name), "name": made.name} for made in found]
    return json_reply({"sObjects": counted})


def updated(call: Call) -> Reply:
    """GET sobjects/X/updated?start=&end=: ids of records changed in the window."""
    made = call.sobject()
    start, end = _window(call, _UPDATED_DAYS)
    found = replication.updated(call.connection, made.name, start, end)
    _check_ids(len(found))
    return json_reply({"ids": found, "latestDateCovered": _rest(end)})


def deleted(call: Call) -> Reply:
    """GET sobjects/X/deleted?start=&end=: ids of records put into the recycle bin in the window."""
    made = call.sobject()
    start, end = _window(call, replication.DELETIONS_KEPT.days)
    earliest = replication.earliest_deletion(call.connection)
    if earliest > end:
        raise OrgError("INVALID_REPLICATION_DATE", "the log of deletions does not reach back to endDate")
    found = replication.deleted(call.connection, made.name, start, end)
    _check_ids(len(found))
    return json_reply(
        {
            "deletedRecords": [{"deletedDate": values.rest_moment(at), "id": record_id} for record_id, at in found],
            "earliestDateAvailable": _rest(earliest),
            "latestDateCovered": _rest(end),
        }
    )


def userinfo(call: Call) -> Reply:
    """GET /services/oauth2/userinfo and /id/<org>/<user>."""
    return oauth.userinfo(call.connection, call.request)


def _count(call: Call, name: str) -> int:
    return soql.run(call.connection, call.user_id, f"SELECT COUNT() FROM {name}").total  # noqa: S608 - SOQL of our own


def _window(call: Call, most_days: int) -> tuple[datetime, datetime]:
    """The window that a call asks for, in whole minutes, as the org covers it.

    Raises OrgError: MISSING_ARGUMENT, INVALID_REPLICATION_DATE for a window that reaches back too far or ends before
    it starts.
    """
    now = store.now(call.connection)
    moments = []
    for name in ("start", "end"):
        text = call.request.query.get(name, "")
        if not text:
            raise OrgError("MISSING_ARGUMENT", f"{name}: missing argument")
        try:
            # A + that was not encoded reads as a space.
            moments.append(values.parse_moment(text.replace(" ", "+")).replace(second=0))
        except values.Unreadable as error:
            raise OrgError("INVALID_REPLICATION_DATE", f"{name}: not a valid date: {text}") from error
    start, end = moments
    if start < now - timedelta(days=most_days):
        raise OrgError("INVALID_REPLICATION_DATE", f"startDate cannot be more than {most_days} days ago")
    if end <= start:
        raise OrgError("INVALID_REPLICATION_DATE", "endDate must be at least one minute greater than startDate")
    return start, min(end, now.replace(second=0))


def _check_ids(count: int) -> None:
    if count > _MOST_IDS:
        raise OrgError("EXCEEDED_ID_LIMIT", "exceeded max id limit for getUpdated or getDeleted")


def _rest(moment: datetime) -> str:
    return values.rest_moment(values.moment_text(moment.astimezone(UTC)))
