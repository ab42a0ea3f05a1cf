"""Login with Oracle's 12c password verifier: PBKDF2 and AES; each side proves that it knows the password."""

import hashlib
import secrets
from collections.abc import Mapping

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from sync.simulators.ccb.errors import OracleError

VERIFIER_12C = 0x4815
_VERIFIER_ROUNDS, _KEY_ROUNDS = 4096, 3
_SALT_BYTES = 16
_PROOF = b"SERVER_TO_CLIENT"
_PADDING = bytes((16,)) * 16


class Login:
    """The two steps of one login.

    A user who does not exist goes through the same steps with a password that nobody knows, and fails like a wrong one.
    """

    def __init__(self, user: str, password: str | None) -> None:
        self.user = user
        self._password = password.encode() if password is not None else secrets.token_bytes(_SALT_BYTES)
        self._salt = secrets.token_bytes(_SALT_BYTES)
        self._key_salt = secrets.token_bytes(_SALT_BYTES)
        self._server_part = secrets.token_bytes(32)
        stretched = hashlib.pbkdf2_hmac(
            "sha512", self._password, self._salt + b"AUTH_PBKDF2_SPEEDY_KEY", _VERIFIER_ROUNDS, 64
        )
        self._verifier = hashlib.sha512(stretched + self._salt).digest()[:32]

    def challenge(self) -> dict[str, str]:
        """What the client needs to prove its password."""
        return {
            "AUTH_SESSKEY": _encrypt(self._verifier, self._server_part).hex().upper(),
            "AUTH_VFR_DATA": self._salt.hex().upper(),
            "AUTH_PBKDF2_CSK_SALT": self._key_salt.hex().upper(),
            "AUTH_PBKDF2_VGEN_COUNT": str(_VERIFIER_ROUNDS),
            "AUTH_PBKDF2_SDER_COUNT": str(_KEY_ROUNDS),
        }

    def verify(self, answer: Mapping[str, str]) -> dict[str, str]:
        """Check the client's answer and return the session's parameters; ORA-01017 for a wrong password."""
        try:
            client_part = _decrypt(self._verifier, bytes.fromhex(answer["AUTH_SESSKEY"]))
            shared = (client_part[:32] + self._server_part).hex().upper().encode()
            key = hashlib.pbkdf2_hmac("sha512", shared, self._key_salt, _KEY_ROUNDS, 32)
            given = _decrypt(key, bytes.fromhex(answer["AUTH_PASSWORD"]))[_SALT_BYTES:]
        except (KeyError, ValueError) as error:
            raise OracleError(1017) from error
        if given and given[-1] <= 16:
            given = given[: -given[-1]]
        if not secrets.compare_digest(given, self._password):
            raise OracleError(1017)
        proof = _encrypt(key, secrets.token_bytes(_SALT_BYTES) + _PROOF + _PADDING)
        return {
            "AUTH_VERSION_STRING": "- Production",
            "AUTH_VERSION_NO": str(19 << 24 | 24 << 16),
            "AUTH_SESSION_ID": str(secrets.randbelow(60000) + 1),
            "AUTH_SERIAL_NUM": str(secrets.randbelow(60000) + 1),
            "AUTH_SC_SERVICE_NAME": "CCB",
            "AUTH_SC_DBUNIQUE_NAME": "CCB",
            "AUTH_INSTANCENAME": "CCB",
            "AUTH_MAX_OPEN_CURSORS": "300",
            "AUTH_MAX_IDEN_LENGTH": "128",
            "AUTH_SVR_RESPONSE": proof.hex().upper(),
        }


def _cipher(key: bytes) -> Cipher[modes.CBC]:
    # The protocol fixes an initialisation vector of zeros; every plaintext begins with fresh random bytes instead.
    return Cipher(algorithms.AES(key), modes.CBC(bytes(16)))


def _encrypt(key: bytes, data: bytes) -> bytes:
    return _cipher(key).encryptor().update(data)


def _decrypt(key: bytes, data: bytes) -> bytes:
    return _cipher(key).decryptor().update(data)
