"""Which function answers which address."""

import re
from collections.abc import Callable

from sync.simulators.salesforce import (
    collection_calls,
    composite_calls,
    oauth,
    queries,
    record_calls,
    resources,
    store,
)
from sync.simulators.salesforce.bulk import ingest_calls, query_calls
from sync.simulators.salesforce.calls import Call, not_found
from sync.simulators.salesforce.errors import OrgError
from sync.simulators.salesforce.messages import Reply, decoded

Handler = Callable[[Call], Reply]


def _token(call: Call) -> Reply:
    with store.transaction(call.connection):
        return oauth.token(call.connection, call.request)


def _revoke(call: Call) -> Reply:
    with store.transaction(call.connection):
        return oauth.revoke(call.connection, call.request)


_OUTSIDE: dict[str, dict[str, Handler]] = {
    "/services/oauth2/token": {"POST": _token},
    "/services/oauth2/revoke": {"POST": _revoke, "GET": _revoke},
    "/services/oauth2/userinfo": {"GET": resources.userinfo, "POST": resources.userinfo},
    "/id/<organization>/<user>": {"GET": resources.userinfo},
    "/services/data": {"GET": resources.versions},
}
# Those under /services/data/vNN.0. Of two that match, the earlier one answers.
_DATA: dict[str, dict[str, Handler]] = {
    "": {"GET": resources.resources},
    "/limits": {"GET": resources.told_limits},
    "/limits/recordCount": {"GET": resources.record_count},
    "/query": {"GET": queries.query},
    "/queryAll": {"GET": queries.query_all},
    "/query/<locator>": {"GET": queries.next_page},
    "/queryAll/<locator>": {"GET": queries.next_page},
    "/tooling/query": {"GET": queries.tooling},
    "/sobjects": {"GET": resources.describe_global},
    "/sobjects/<object>": {"GET": resources.basic, "POST": record_calls.create},
    "/sobjects/<object>/describe": {"GET": resources.describe},
    "/sobjects/<object>/updated": {"GET": resources.updated},
    "/sobjects/<object>/deleted": {"GET": resources.deleted},
    "/sobjects/<object>/<id>": {
        "GET": record_calls.read,
        "PATCH": record_calls.update,
        "DELETE": record_calls.delete,
    },
    "/sobjects/<object>/<field>/<value>": {
        "GET": record_calls.read_by_external_id,
        "PATCH": record_calls.upsert,
        "DELETE": record_calls.delete_by_external_id,
    },
    "/composite": {"POST": composite_calls.composite},
    "/composite/sobjects": {
        "POST": collection_calls.create,
        "PATCH": collection_calls.update,
        "DELETE": collection_calls.delete,
    },
    "/composite/sobjects/<object>": {"POST": collection_calls.retrieve},
    "/composite/sobjects/<object>/<field>": {"PATCH": collection_calls.upsert},
    "/jobs/ingest": {"GET": ingest_calls.every, "POST": ingest_calls.create},
    "/jobs/ingest/<job>": {
        "GET": ingest_calls.told,
        "PATCH": ingest_calls.set_state,
        "DELETE": ingest_calls.delete,
    },
    "/jobs/ingest/<job>/batches": {"PUT": ingest_calls.upload},
    "/jobs/ingest/<job>/<file>": {"GET": ingest_calls.results},
    "/jobs/query": {"GET": query_calls.every, "POST": query_calls.create},
    "/jobs/query/<job>": {
        "GET": query_calls.told,
        "PATCH": query_calls.set_state,
        "DELETE": query_calls.delete,
    },
    "/jobs/query/<job>/results": {"GET": query_calls.results},
}


_VERSION = r"/services/data/v(?P<version>\d+\.0)"


def _pattern(path: str, prefix: str = "") -> re.Pattern[str]:
    return re.compile(prefix + re.sub(r"<(\w+)>", r"(?P<\1>[^/]+)", path))


_ROUTES = [(_pattern(path), methods) for path, methods in _OUTSIDE.items()]
_ROUTES += [(_pattern(path, _VERSION), methods) for path, methods in _DATA.items()]


def find(method: str, path: str) -> tuple[Handler, dict[str, str]]:
    """What answers this method of this address, and the address's variable parts.

    Raises OrgError: NOT_FOUND for an address that leads nowhere, METHOD_NOT_ALLOWED.
    """
    for pattern, methods in _ROUTES:
        if found := pattern.fullmatch(path):
            handler = methods.get("GET" if method == "HEAD" else method)
            if handler is None:
                text = f"HTTP Method '{method}' not allowed. Allowed are {', '.join(methods)}"
                raise OrgError("METHOD_NOT_ALLOWED", text, status=405)
            return handler, {name: decoded(part) for name, part in found.groupdict().items()}
    raise not_found()
