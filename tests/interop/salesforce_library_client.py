"""Goes through the Salesforce simulator with simple-salesforce and prints one JSON object: what each operation came to.

Usage: python salesforce_library_client.py <url> <consumer key> <secret file> <CA file> <task file>
"""

import csv
import importlib.metadata
import io
import json
import sys
from pathlib import Path

import requests
from simple_salesforce import Salesforce


def main(url: str, consumer_key: str, secret_file: str, ca_file: str, task_file: str) -> None:
    task = json.loads(Path(task_file).read_text())
    kind, key = task["object"], task["key"]
    session = requests.Session()
    session.trust_env = False
    session.verify = ca_file
    form = {
        "grant_type": "client_credentials",
        "client_id": consumer_key,
        "client_secret": Path(secret_file).read_text(),
    }
    token = session.post(f"{url}/services/oauth2/token", data=form, timeout=30).json()
    client = Salesforce(
        instance_url=token["instance_url"], session_id=token["access_token"], session=session, version="60.0"
    )
    told = {"version": importlib.metadata.version("simple-salesforce")}
    told["login"] = client.oauth2("userinfo")["preferred_username"]
    described = getattr(client, kind).describe()
    told["describe"] = [field["name"] for field in described["fields"] if field["externalId"]]

    page = client.query(task["query"])
    told["pages"], names = 1, [record["Name"] for record in page["records"]]
    while not page["done"]:
        page = client.query_more(page["nextRecordsUrl"], identifier_is_url=True)
        told["pages"] += 1
        names += [record["Name"] for record in page["records"]]
    told["query"] = names

    bulk = getattr(client.bulk2, kind)
    pages = list(bulk.query(task["query"], max_records=1000))
    told["bulk_query"] = [row["Name"] for page in pages for row in csv.DictReader(io.StringIO(page))]
    (counts,) = bulk.upsert(records=task["bulk"], external_id_field=key, wait=0.1)
    good = csv.DictReader(io.StringIO(bulk.get_successful_records(counts["job_id"])))
    bad = csv.DictReader(io.StringIO(bulk.get_failed_records(counts["job_id"])))
    told["bulk_upsert"] = {
        "accepted": [row[key] for row in good],
        "refused": [[row[key], row["sf__Error"]] for row in bad],
    }

    records = [{"attributes": {"type": kind}, **row} for row in task["collection"]]
    rows = client.restful(
        f"composite/sobjects/{kind}/{key}", method="PATCH", json={"allOrNone": False, "records": records}
    )
    results = [(given[key], row) for given, row in zip(task["collection"], rows, strict=True)]
    told["collections_upsert"] = {
        "accepted": [value for value, row in results if row["success"]],
        "refused": [[value, row["errors"][0]["statusCode"]] for value, row in results if not row["success"]],
    }
    print(json.dumps(told))


main(*sys.argv[1:])
