"""The client app that a simulator knows from the start, and the files from which the portal takes its credentials."""

import secrets
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from sync.simulators.salesforce import certificates, oauth, store

CONSUMER_KEY = "3MVG9.Customer360.simulator"


@dataclass(frozen=True)
class Client:
    """How the portal signs in: as what app, as whom, with which of the two files (each 0600)."""

    consumer_key: str
    username: str
    # The app's secret, for client credentials.
    secret_file: Path
    # The private key that signs its assertions, as PEM.
    key_file: Path


def ensure(connection: sqlite3.Connection, path: Path) -> Client:
    """The default app of the simulator with the file at `path`, registered and its files written where missing."""
    client = Client(
        CONSUMER_KEY,
        store.INTEGRATION_USERNAME,
        path.with_name(f"{path.stem}-client.secret"),
        path.with_name(f"{path.stem}-client.pem"),
    )
    if client.secret_file.exists() and client.key_file.exists() and oauth.knows(connection, CONSUMER_KEY):
        return client
    secret = secrets.token_hex(32).upper()
    key, certificate = certificates.client_key()
    with store.transaction(connection):
        oauth.register_app(
            connection, CONSUMER_KEY, secret=secret, certificate_pem=certificate, username=client.username
        )
        certificates.write(client.secret_file, secret.encode(), mode=0o600)
        certificates.write(client.key_file, key, mode=0o600)
    return client
