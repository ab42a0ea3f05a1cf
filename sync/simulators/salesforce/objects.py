"""Which of the org's objects a request reads or writes, as far as the request itself tells: armed faults go by it."""

import json
import re
import sqlite3
from typing import Any

from sync.simulators.salesforce.bulk import jobs
from sync.simulators.salesforce.cursors import Cursors
from sync.simulators.salesforce.messages import Request

FROM = re.compile(r"\bFROM\s+(\w+)", re.IGNORECASE)
_IN_PATH = re.compile(r"/sobjects/(\w+)")
_JOB = re.compile(r"/jobs/(?:ingest|query)/(\w+)")
_CURSOR = re.compile(r"/(?:query|queryAll)/(\w+)-\d+$", re.IGNORECASE)


def objects_of(connection: sqlite3.Connection, cursors: Cursors, request: Request) -> frozenset[str]:
    """The API names of the objects."""
    path = request.path
    if job := _JOB.search(path):
        found = jobs.find(connection, job[1])
        return frozenset({found.object}) if found else frozenset()
    if cursor := _CURSOR.search(path):
        return frozenset({cursors.object_of(cursor[1])})
    named = {*_IN_PATH.findall(path), *FROM.findall(request.query.get("q", ""))}
    if request.headers.get("Content-Type", "").startswith("application/json"):
        try:
            named |= _in_body(json.loads(request.body or b"{}"))
        except ValueError:
            # Not JSON: the route will say so.
            return frozenset(named)
    return frozenset(named)


def _in_body(body: Any) -> set[str]:
    """Objects of collections, of composite requests, and of a new bulk job."""
    if not isinstance(body, dict):
        return set()
    named = {body["object"]} if isinstance(body.get("object"), str) else set()
    named |= set(FROM.findall(str(body.get("query", ""))))
    for record in _each(body, "records"):
        if isinstance(record.get("attributes"), dict):
            named.add(str(record["attributes"].get("type", "")))
    for part in _each(body, "compositeRequest"):
        named |= set(_IN_PATH.findall(str(part.get("url", "")))) | _in_body(part.get("body"))
    return named


def _each(body: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The JSON objects of a list in the body; none if there is no such list."""
    given = body.get(name)
    return [each for each in given if isinstance(each, dict)] if isinstance(given, list) else []
