"""Goes through the Salesforce simulator with aiosalesforce and prints one JSON object: what each operation came to.

The library takes addresses below my.salesforce.com only; the transport leads them to the simulator.

Usage: python salesforce_async_client.py <url> <consumer key> <secret file> <CA file> <task file>
"""

import asyncio
import importlib.metadata
import json
import ssl
import sys
from pathlib import Path

import httpx
from aiosalesforce import Salesforce
from aiosalesforce.auth import ClientCredentialsFlow

BASE_URL = "https://simulator.my.salesforce.com"


class Rewritten(httpx.AsyncHTTPTransport):
    """Sends every request to the simulator, whatever host it names."""

    def __init__(self, url: str, ca_file: str) -> None:
        super().__init__(verify=ssl.create_default_context(cafile=ca_file))
        self.target = httpx.URL(url)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(host=self.target.host, port=self.target.port)
        request.headers["Host"] = self.target.netloc.decode()
        return await super().handle_async_request(request)


async def main(url: str, consumer_key: str, secret_file: str, ca_file: str, task_file: str) -> None:
    task = json.loads(Path(task_file).read_text())
    kind, key = task["object"], task["key"]
    told = {"version": importlib.metadata.version("aiosalesforce")}
    pages = []
    async with httpx.AsyncClient(transport=Rewritten(url, ca_file), trust_env=False, timeout=60) as http:
        http.event_hooks["response"].append(_counting(pages))
        auth = ClientCredentialsFlow(consumer_key, Path(secret_file).read_text())
        client = Salesforce(http, BASE_URL, auth, version="60.0")
        user = await client.request("GET", f"{BASE_URL}/services/oauth2/userinfo")
        told["login"] = user.json()["preferred_username"]
        told["query"] = [record["Name"] async for record in client.query(task["query"])]
        told["pages"] = len(pages)

        result = await client.bulk_v2.upsert(kind, task["bulk"], key)
        told["bulk_upsert"] = {
            "accepted": [row[key] for row in result.successful_results],
            "refused": [[row[key], row["sf__Error"]] for row in result.failed_results],
        }

        async with client.composite(all_or_none=False, autoraise=False) as composite:
            parts = [
                composite.sobject.upsert(kind, row[key], key, {name: row[name] for name in row if name != key})
                for row in task["collection"]
            ]
        results = list(zip((row[key] for row in task["collection"]), parts, strict=True))
        told["composite_upsert"] = {
            "accepted": [value for value, part in results if part.is_success],
            "refused": [[value, part.response_body[0]["errorCode"]] for value, part in results if not part.is_success],
        }
    print(json.dumps(told))


def _counting(pages: list[str]):
    async def seen(response: httpx.Response) -> None:
        if "/query" in response.request.url.path:
            pages.append(response.request.url.path)

    return seen


asyncio.run(main(*sys.argv[1:]))
