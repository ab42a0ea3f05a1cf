"""How CC&B is reached: the record and the environment behind it, the password, the hours, encrypted connections."""

import ipaddress
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction

from sync import operations, services
from sync.models import CcbConnection, SyncRun
from sync.simulators.ccb.server import Simulator
from sync.stream import System
from sync.streams import by_name
from sync.systems import SourceError, StreamSkipped, open_reader
from sync.systems.ccb import CcbReader, connecting
from sync.systems.ccb.connecting import password
from tests.factories import make_user
from tests.sync.support import TODAY, Ccb, run_one

CUSTOMERS = by_name("ccb.customers")

pytestmark = pytest.mark.django_db


def save(**values: Any) -> CcbConnection:
    """The environment's settings with some others, saved as an administrator's."""
    made = CcbConnection.from_environment()
    for name, value in values.items():
        setattr(made, name, value)
    made.full_clean(validate_constraints=False)
    made.save()
    return made


# The record and the environment


@pytest.mark.parametrize(
    ("dsn", "told"),
    [
        ("ccb.example:1522/CCBPROD", ("tcp", "ccb.example", 1522, "CCBPROD", "")),
        ("ccb.example/CCB.world", ("tcp", "ccb.example", 1521, "CCB.world", "")),
        ("tcps://10.0.0.4:2484/CCB", ("tcps", "10.0.0.4", 2484, "CCB", "")),
        ("(DESCRIPTION=(ADDRESS=…))", ("tcp", "", 1521, "", "(DESCRIPTION=(ADDRESS=…))")),
        ("CCBPROD", ("tcp", "", 1521, "", "CCBPROD")),
    ],
)
def test_the_environment_s_connect_string_becomes_fields(settings: Any, dsn: str, told: tuple[Any, ...]) -> None:
    settings.CCB = settings.CCB | {"dsn": dsn}
    made = CcbConnection.from_environment()
    assert (made.protocol, made.host, made.port, made.service_name, made.descriptor) == told
    made.full_clean(validate_constraints=False)


def test_the_environment_stands_until_a_record_is_saved_and_again_after_it_is_deleted(settings: Any) -> None:
    settings.CCB = settings.CCB | {"owner": "CISADM", "dsn": "one.example/CCB"}
    saved = save(owner="STGADM")
    settings.CCB = settings.CCB | {"dsn": "two.example/CCB"}
    assert (CcbConnection.current().owner, CcbConnection.current().host) == ("STGADM", "one.example")
    saved.delete()
    assert (CcbConnection.current().owner, CcbConnection.current().host) == ("CISADM", "two.example")


def test_there_is_one_record_at_most() -> None:
    save()
    second = CcbConnection.from_environment()
    second.pk = 2
    with pytest.raises(IntegrityError), transaction.atomic():
        second.save()


def test_who_changed_the_connection_is_kept() -> None:
    saved = save()
    saved.query_timeout = 60
    saved.save()
    assert [line.query_timeout for line in saved.history.all()] == [60, 1800]


@pytest.mark.parametrize(
    ("values", "field", "told"),
    [
        ({"host": "", "service_name": "CCB"}, "host", "Write host and service"),
        ({"service_name": ""}, "service_name", "or a connect descriptor"),
        ({"host": "tcp://ccb"}, "host", "the name or the address of the machine alone"),
        ({"port": 70000}, "port", "from 1 to 65535"),
        ({"owner": 'CISADM" --'}, "owner", "as Oracle holds it"),
        ({"owner": "cisadm"}, "owner", "as Oracle holds it"),
        ({"time_zone": "Maine"}, "time_zone", "no such time zone"),
        ({"language": "en"}, "language", "three capitals"),
        ({"wallet_directory": "wallet"}, "wallet_directory", "the whole path"),
        ({"window_from": time(20)}, "window_to", "both ends"),
        ({"window_to": time(6)}, "window_from", "both ends"),
        ({"window_from": time(6), "window_to": time(6)}, "window_to", "ends when it begins"),
        ({"query_timeout": 0}, "query_timeout", "5 seconds at least"),
        ({"batch_rows": 1}, "batch_rows", "10 rows"),
        ({"brake_percent": 101.0}, "brake_percent", "from 0 to 100"),
    ],
    ids=lambda value: str(value) if isinstance(value, str) else None,
)
def test_what_cannot_be_is_refused_in_a_plain_sentence(values: dict[str, Any], field: str, told: str) -> None:
    with pytest.raises(ValidationError) as refused:
        save(**values)
    assert any(told in sentence for sentence in refused.value.message_dict[field])


def test_the_record_is_what_a_run_goes_by(ccb: Ccb, settings: Any) -> None:
    save(brake_percent=0.0, batch_rows=10)
    settings.CCB = settings.CCB | {"dsn": "127.0.0.1:1/CCB"}
    run, _ = run_one(CUSTOMERS.name)
    assert run.state == SyncRun.State.DONE
    key = ccb.ids("SELECT PER_ID FROM CI_ACCT_PER WHERE MAIN_CUST_SW = 'N' LIMIT 1")[0]
    with ccb.control.connection as connection:
        connection.execute("DELETE FROM CI_ACCT_PER WHERE PER_ID = ?", (key,))
    stopped, _ = run_one(CUSTOMERS.name)
    assert (stopped.state, "more than 0 %" in stopped.message) == (SyncRun.State.STOPPED, True)


# The password


def test_a_password_may_lie_in_a_file_that_is_read_each_time(tmp_path: Path, settings: Any) -> None:
    file = tmp_path / "password"
    file.write_text("first\n")
    settings.CCB = settings.CCB | {"password": "of the environment", "password_file": str(file)}
    assert password() == "first"
    file.write_text("second, with a blank at its end \n")
    assert password() == "second, with a blank at its end "


def test_a_password_file_that_is_not_there_is_one_sentence(ccb: Ccb, tmp_path: Path, settings: Any) -> None:
    settings.CCB = settings.CCB | {"password_file": str(tmp_path / "none")}
    run, _ = run_one(CUSTOMERS.name)
    assert run.state == SyncRun.State.FAILED
    assert run.message.startswith("The file that CCB_PASSWORD_FILE names cannot be read (FileNotFoundError).")


# The hours in which CC&B may be read


@pytest.mark.parametrize(
    ("begins", "ends", "at", "open_then"),
    [
        (time(20), time(6), "2026-11-24T20:00", True),
        (time(20), time(6), "2026-11-24T19:59", False),
        (time(20), time(6), "2026-11-25T05:59", True),
        (time(20), time(6), "2026-11-25T06:00", False),
        (time(1), time(5), "2026-11-25T03:00", True),
        (time(1), time(5), "2026-11-25T05:00", False),
        (None, None, "2026-11-25T12:00", True),
    ],
)
def test_the_window_begins_in_it_and_ends_before_its_end(
    begins: time | None, ends: time | None, at: str, open_then: bool
) -> None:
    found = CcbConnection(window_from=begins, window_to=ends, time_zone="America/New_York")
    # Five hours behind UTC in November.
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC) + timedelta(hours=5)
    assert found.is_open(moment) is open_then


@pytest.fixture
def closed() -> CcbConnection:
    """CC&B may be read in one hour that is not now."""
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    return save(
        time_zone="UTC", window_from=(now + timedelta(hours=2)).time(), window_to=(now + timedelta(hours=3)).time()
    )


@pytest.mark.usefixtures("mirror")
def test_outside_the_window_a_scheduled_run_is_put_off_and_says_so(ccb: Ccb, closed: CcbConnection) -> None:
    run, outcome = run_one(CUSTOMERS.name)
    assert (run.state, outcome.read) == (SyncRun.State.PUT_OFF, 0)
    assert f"CC&B is read from {closed.window_from:%H:%M} to {closed.window_to:%H:%M} (UTC) only" in run.message
    assert SyncRun.objects.get(pk=run.pk).state == SyncRun.State.PUT_OFF
    call_command("sync", CUSTOMERS.name, stdout=StringIO())


@pytest.mark.usefixtures("mirror")
def test_a_skipped_stream_does_not_make_the_command_fail(ccb: Ccb, monkeypatch: pytest.MonkeyPatch) -> None:
    def skip(self: Any, stream: Any) -> Any:
        raise StreamSkipped("Customers were not read: this CC&B has none.")

    monkeypatch.setattr(CcbReader, "fitted", skip)
    said = StringIO()
    call_command("sync", CUSTOMERS.name, stdout=said)
    assert "Customers: skipped" in said.getvalue()
    assert "this CC&B has none" in said.getvalue()


@pytest.mark.usefixtures("mirror")
def test_outside_the_window_a_person_s_run_goes_past_it(ccb: Ccb, closed: CcbConnection) -> None:
    run, outcome = run_one(CUSTOMERS.name, requested_by="olga")
    assert (run.state, outcome.read > 0) == (SyncRun.State.DONE, True)


@pytest.mark.usefixtures("mirror")
def test_a_stream_that_is_being_read_when_the_window_ends_is_read_to_its_end(
    ccb: Ccb, monkeypatch: pytest.MonkeyPatch
) -> None:
    over = {"yet": False}
    monkeypatch.setattr(services, "closed_now", lambda system: "It is over." if over["yet"] else "")
    chosen = [CUSTOMERS, by_name("ccb.accounts")]

    def batch_read(stream: Any, rows: int) -> None:
        over["yet"] = True

    runs = [run.state for run, _ in services.run_streams(chosen, business_date=TODAY, on_progress=batch_read)]
    assert runs == [SyncRun.State.DONE, SyncRun.State.PUT_OFF]


def test_only_who_operates_the_sync_may_start_a_stream_outside_the_window(
    closed: CcbConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = []
    monkeypatch.setattr(operations, "_publish", lambda stream, **order: started.append(stream.name))
    with pytest.raises(operations.NotStarted, match="was not started: CC&B is read from"):
        operations.start_stream(CUSTOMERS, actor=make_user(role="manager"))
    operations.start_stream(CUSTOMERS, actor=make_user(role="administrator"))
    from django.db import connection

    for _, callback, _ in connection.run_on_commit:
        callback()
    assert started == [CUSTOMERS.name]


# Encrypted connections


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """`certificates(name)`: a folder with a self-signed certificate and its key, and as ewallet.pem what trusts it."""
    folder = tmp_path_factory.mktemp("certificates")

    def make(name: str) -> Path:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        address: x509.GeneralName = x509.DNSName(name)
        if name[0].isdigit():
            address = x509.IPAddress(ipaddress.ip_address(name))
        now = datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(hours=1))
            .add_extension(x509.SubjectAlternativeName([address]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        made = folder / name
        made.mkdir(exist_ok=True)
        told = certificate.public_bytes(serialization.Encoding.PEM)
        kept = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (made / "server.pem").write_bytes(told + kept)
        (made / "ewallet.pem").write_bytes(told)
        return made

    return make


@pytest.fixture
def encrypted(few: Path, certificates: Callable[[str], Path], settings: Any) -> Iterator[Callable[..., None]]:
    """`encrypted(name)`: a CC&B that speaks tcps with a certificate of that name, which the settings trust."""
    running: list[Simulator] = []

    def start(name: str, **more: Any) -> None:
        made = certificates(name)
        simulator = Simulator(few, certificate=made / "server.pem").start()
        running.append(simulator)
        given = {"dsn": simulator.dsn, "time_zone": "America/New_York", "wallet_directory": str(made)}
        settings.CCB = settings.CCB | given | more

    before = settings.CCB
    yield start
    settings.CCB = before
    for simulator in running:
        simulator.stop()


def test_ccb_is_read_over_tcps_with_a_wallet(encrypted: Callable[..., None]) -> None:
    encrypted("127.0.0.1")
    assert CcbConnection.current().protocol == "tcps"
    run, outcome = run_one(CUSTOMERS.name, accepted_brake="It is another CC&B.", accepted_removals=1000)
    assert (run.state, outcome.read > 0) == (SyncRun.State.DONE, True), run.message


def test_a_certificate_that_nobody_trusts_is_refused_in_a_plain_sentence(encrypted: Callable[..., None]) -> None:
    encrypted("127.0.0.1", wallet_directory="")
    with pytest.raises(SourceError, match="certificate is not trusted, or names another host"):
        open_reader(System.CCB).__enter__()


def test_a_certificate_of_another_host_is_refused_unless_its_name_is_not_checked(
    encrypted: Callable[..., None],
) -> None:
    encrypted("elsewhere.example")
    with pytest.raises(SourceError, match="certificate is not trusted, or names another host"):
        open_reader(System.CCB).__enter__()
    save(check_certificate_name=False)
    with open_reader(System.CCB) as reader:
        assert reader.clock


def test_tcps_to_a_listener_without_it_is_given_up(ccb: Ccb, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.CCB = settings.CCB | {"dsn": f"tcps://{ccb.simulator.dsn}"}
    monkeypatch.setattr(connecting, "ANSWER_SECONDS", 1)
    with pytest.raises(SourceError, match=r"no answer in 1 s.*check host, port and protocol"):
        open_reader(System.CCB).__enter__()


def test_plain_tcp_to_a_listener_that_encrypts_is_refused(encrypted: Callable[..., None]) -> None:
    encrypted("127.0.0.1")
    save(protocol="tcp")
    with pytest.raises(SourceError, match="CC&B could not be read"):
        open_reader(System.CCB).__enter__()
