"""Goes through the Salesforce simulator with Salesforce's own command line, which is told what to do step by step."""

import csv
import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ALIAS = "simulator"


class Cli:
    """`sf`, with a home directory of its own. It signs in by an assertion, which it signs with the app's key."""

    def __init__(self, node: Path, modules: Path, home: Path, ca_file: str) -> None:
        self.command = [str(node), str(modules / "@salesforce" / "cli" / "bin" / "run.js")]
        self.home = home
        self.environment = {
            "PATH": f"{node.parent}:{os.environ['PATH']}",
            "HOME": str(home),
            "NODE_EXTRA_CA_CERTS": ca_file,
            "SF_DISABLE_TELEMETRY": "true",
            "SF_AUTOUPDATE_DISABLE": "true",
            "SF_DISABLE_LOG_FILE": "true",
            "SF_USE_GENERIC_UNIX_KEYCHAIN": "true",
            "SF_SKIP_NEW_VERSION_CHECK": "true",
            "SF_ORG_API_VERSION": "60.0",
        }

    def run(self, *arguments: str, failure: int = 0, **environment: str) -> Any:
        """The JSON that a command prints; it must end with this exit code."""
        done = subprocess.run(
            [*self.command, *arguments, "--json"],
            capture_output=True,
            text=True,
            timeout=180,
            cwd=self.home,
            env=self.environment | environment,
        )
        assert done.returncode == failure, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return json.loads(done.stdout)

    def go_through(self, url: str, consumer_key: str, username: str, key_file: Path, task: Mapping[str, Any]) -> Any:
        """What each operation came to, as the other clients tell it."""
        kind, key = task["object"], task["key"]
        told: dict[str, Any] = {"version": self.run("version")["cliVersion"].removeprefix("@salesforce/cli/")}
        app = ("--client-id", consumer_key, "--jwt-key-file", str(key_file), "--username", username)
        login = self.run("org", "login", "jwt", *app, "--instance-url", url, "--alias", ALIAS, SF_AUDIENCE_URL=url)
        told["login"] = login["result"]["username"]
        org = ("--target-org", ALIAS)
        described = self.run("sobject", "describe", "--sobject", kind, *org)["result"]
        told["describe"] = [field["name"] for field in described["fields"] if field["externalId"]]
        assert {each["name"] for each in self.run("org", "list", "limits", *org)["result"]} >= {"DailyApiRequests"}
        told["query"] = [
            record["Name"] for record in self.run("data", "query", "--query", task["query"], *org)["result"]["records"]
        ]

        exported = self.home / "exported.csv"
        export = ("--query", task["query"], "--output-file", str(exported), "--result-format", "csv", "--wait", "5")
        self.run("data", "export", "bulk", *export, *org)
        with exported.open(newline="") as rows:
            told["bulk_query"] = [row["Name"] for row in csv.DictReader(rows)]

        upload = self.home / "upload.csv"
        with upload.open("w", newline="") as file:
            writer = csv.DictWriter(file, [key, "Name"], lineterminator="\n")
            writer.writeheader()
            writer.writerows(task["bulk"])
        upsert = ("--sobject", kind, "--file", str(upload), "--external-id", key, "--wait", "5", "--line-ending", "LF")
        # One refused row makes the command fail; what became of each is fetched by the job's id.
        failed = self.run("data", "upsert", "bulk", *upsert, *org, failure=1)
        assert failed["name"] == "FailedRecordDetailsError", failed
        job = failed["data"]["jobId"]
        results = self.run("data", "bulk", "results", "--job-id", job, *org)["result"]
        told["bulk_upsert"] = {
            "accepted": [row[key] for row in self._rows(results["successFilePath"])],
            "refused": [[row[key], row["sf__Error"]] for row in self._rows(results["failedFilePath"])],
        }
        return told

    def _rows(self, path: str) -> list[dict[str, str]]:
        with (self.home / path).open(newline="") as rows:
            return list(csv.DictReader(rows))
