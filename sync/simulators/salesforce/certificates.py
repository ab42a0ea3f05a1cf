"""The simulator's own certificate authority and the server's certificate by it, kept beside the simulator's file."""

import contextlib
import ipaddress
import os
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

HOSTS = ("localhost",)
ADDRESSES = ("127.0.0.1", "::1")
# Some TLS stacks refuse a server certificate that is valid for more than 825 days.
_VALID = timedelta(days=800)
_RENEWED_BEFORE = timedelta(days=30)
_BACKDATED = timedelta(days=1)


@dataclass(frozen=True)
class Certificates:
    """Where clients find the authority to trust, and the server its certificate with the key (0600)."""

    ca_file: Path
    server_file: Path


def beside(path: Path) -> Certificates:
    """Where the certificates of the simulator with the file at `path` lie, made or not."""
    return Certificates(path.with_name(f"{path.stem}-ca.pem"), path.with_name(f"{path.stem}-server.pem"))


def ensure(path: Path) -> Certificates:
    """The certificates beside the simulator's file at `path`, made if they are missing or about to expire.

    Every server certificate comes from an authority of its own, whose key is forgotten at once: nobody can use the
    file that clients trust to vouch for another server.
    """
    found = beside(path)
    if _lasting(found):
        return found
    authority_key, authority = _authority()
    key, certificate = _server(authority_key, authority)
    write(found.server_file, key + certificate, mode=0o600)
    write(found.ca_file, authority.public_bytes(serialization.Encoding.PEM), mode=0o644)
    return found


def client_key() -> tuple[bytes, bytes]:
    """A private key by which a client app signs its assertions, and the certificate of it to register; both PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    certificate = _builder("Customer360 client", "Customer360 client", key.public_key()).sign(key, hashes.SHA256())
    return _private(key), certificate.public_bytes(serialization.Encoding.PEM)


def write(path: Path, content: bytes, mode: int) -> None:
    """Write a file that has its permissions before it has its name, so that no reader meets half of it."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(descriptor, "wb") as written:
            written.write(content)
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(name).unlink()
        raise


def _lasting(found: Certificates) -> bool:
    """Whether both files are there, belong together and last."""
    try:
        authority = x509.load_pem_x509_certificate(found.ca_file.read_bytes())
        server = x509.load_pem_x509_certificates(found.server_file.read_bytes())[0]
        server.verify_directly_issued_by(authority)
    except Exception:
        # Whatever is wrong with them (missing, cut short, of different authorities), new ones put it right.
        return False
    return server.not_valid_after_utc - datetime.now(UTC) > _RENEWED_BEFORE


def _authority() -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = f"Salesforce simulator authority {x509.random_serial_number() >> 96:x}"
    certificate = (
        _builder(name, name, key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return key, certificate


def _server(authority_key: ec.EllipticCurvePrivateKey, authority: x509.Certificate) -> tuple[bytes, bytes]:
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = authority.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
    names: list[x509.GeneralName] = [x509.DNSName(host) for host in HOSTS]
    names += [x509.IPAddress(ipaddress.ip_address(address)) for address in ADDRESSES]
    certificate = (
        _builder("Salesforce simulator", str(issuer), key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    return _private(key), certificate.public_bytes(serialization.Encoding.PEM)


def _builder(subject: str, issuer: str, key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATED)
        .not_valid_after(now + _VALID)
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _usage(*, certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=certificates,
        crl_sign=certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _private(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
