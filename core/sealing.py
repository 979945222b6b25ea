"""Sealing words: AES-256-GCM under a data key, itself wrapped by the key ring (docs/security.md).

The claim is honest and small: this protects the database and its backups, not a taken-over server.
"""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.utils.translation import gettext as _

from core.keyring import KEY_BYTES, key_ring
from core.models import DataKey

VERSION = b"\x01"
NONCE_BYTES = 12


class Unreadable(Exception):
    """The words cannot be read: moved to another row, altered, or their key was destroyed."""


def new_data_key() -> DataKey:
    """Make, wrap and store a random 256-bit data key. Writes a row."""
    key = unsaved_data_key()
    key.save()
    return key


def unsaved_data_key() -> DataKey:
    """The same, not stored yet: for who stores many at once."""
    key = DataKey(ring_key=key_ring().active)
    key.wrapped = _encrypt(key_ring().data[key.ring_key], secrets.token_bytes(KEY_BYTES), _wrap_bond(key))
    return key


def seal(key: DataKey, words: str, *, bond: str) -> bytes:
    """`words` sealed under `key`. `bond` says which row and column they belong to; it must be the
    same to unseal, so a sealed value moved to another row does not open.
    """
    return _encrypt(_unwrap(key), words.encode(), _bond(key, bond))


def unseal(key: DataKey, sealed: bytes | memoryview, *, bond: str) -> str:
    """The words in `sealed`. Raises Unreadable when bond, key or bytes are not the ones sealed."""
    return _decrypt(_unwrap(key), bytes(sealed), _bond(key, bond)).decode()


def shown(key: DataKey, sealed: bytes | memoryview, *, bond: str) -> str:
    """The words for a page: where they cannot be read any more, it says so, and the rest of the page stands.
    Never for sending.
    """
    try:
        return unseal(key, sealed, bond=bond)
    except Unreadable:
        return _("[These words can no longer be read.]")


def _bond(key: DataKey, bond: str) -> bytes:
    return f"1|{key.id}|{bond}".encode()


def _wrap_bond(key: DataKey) -> bytes:
    return f"wrap|{key.id}|{key.ring_key}".encode()


def _unwrap(key: DataKey) -> bytes:
    if key.wrapped is None:
        raise Unreadable("the key was destroyed")
    try:
        ring_key = key_ring().data[key.ring_key]
    except KeyError as error:
        raise Unreadable("the key ring no longer holds this key") from error
    return _decrypt(ring_key, bytes(key.wrapped), _wrap_bond(key))


def _encrypt(key: bytes, plain: bytes, bond: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return VERSION + nonce + AESGCM(key).encrypt(nonce, plain, bond)


def _decrypt(key: bytes, sealed: bytes, bond: bytes) -> bytes:
    nonce, rest = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
    if sealed[:1] != VERSION:
        raise Unreadable("sealed by a version this one does not know")
    try:
        return AESGCM(key).decrypt(nonce, rest, bond)
    except InvalidTag as error:
        raise Unreadable("altered, or moved from another row") from error
