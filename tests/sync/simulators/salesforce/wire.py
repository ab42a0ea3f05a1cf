"""A client of the simulator without a library in between: what goes over the wire is what a test sees."""

import time
from pathlib import Path
from typing import Any

import requests

from sync.simulators.salesforce import store
from sync.simulators.salesforce.server import Simulator

VERSION = "v60.0"
ENDED = ("JobComplete", "Failed", "Aborted")


class Wire:
    """Requests of one signed-in user."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = simulator.ca_file
        self.headers: dict[str, str] = {}

    def token(self, **form: str) -> requests.Response:
        """Ask for a token; by client credentials where no form is given."""
        client = self.simulator.client
        given = form or {
            "grant_type": "client_credentials",
            "client_id": client.consumer_key,
            "client_secret": client.secret_file.read_text(),
        }
        return self.session.post(f"{self.simulator.url}/services/oauth2/token", data=given)

    def sign_in(self) -> "Wire":
        """Use a token of its own from now on."""
        self.headers["Authorization"] = f"Bearer {self.token().json()['access_token']}"
        return self

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """One request; a path that does not begin with / lies below this version of the API."""
        whole = path if path.startswith("/") else f"/services/data/{VERSION}/{path}"
        headers = self.headers | options.pop("headers", {})
        return self.session.request(method, self.simulator.url + whole, headers=headers, **options)

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.call("GET", path, **options)

    def query(self, soql: str) -> Any:
        """The answer to a query, its first page."""
        return self.get("query", params={"q": soql}).json()

    def arm(self, name: str, **options: Any) -> None:
        """Arm a fault over HTTP."""
        armed = self.session.post(f"{self.simulator.url}/simulator/faults", json={"name": name, **options})
        assert armed.status_code == 201, armed.text

    def ingest(self, data: str, *, close: bool = True, **options: Any) -> str:
        """A new ingest job with this upload; its id."""
        job = self.call("POST", "jobs/ingest", json={"object": "Account", "operation": "insert", **options}).json()
        put = self.call(
            "PUT", f"jobs/ingest/{job['id']}/batches", data=data.encode(), headers={"Content-Type": "text/csv"}
        )
        assert (put.status_code, put.content) == (201, b"")
        if close:
            assert self.close(job["id"]).status_code == 200
        return str(job["id"])

    def close(self, job: str, state: str = "UploadComplete") -> requests.Response:
        return self.call("PATCH", f"jobs/ingest/{job}", json={"state": state})

    def ended(self, job: str, kind: str = "ingest") -> Any:
        """The job when it has ended."""
        until = time.monotonic() + 20
        while (told := self.get(f"jobs/{kind}/{job}").json())["state"] not in ENDED:
            assert time.monotonic() < until, told
            time.sleep(0.01)
        return told

    def results(self, job: str, file: str) -> str:
        """One of the result files of an ingest job."""
        return self.get(f"jobs/ingest/{job}/{file}").text


def org_with(path: Path, **rows: list[dict[str, Any]]) -> Path:
    """A new org with these rows of its objects."""
    connection = store.create(path)
    for name, given in rows.items():
        store.insert_rows(connection, name, given)
    connection.close()
    return path
