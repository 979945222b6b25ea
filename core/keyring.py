"""The key ring: the keys that must never stand in the database or its backups.

The ring is JSON, in the file or value named by the setting KEY_RING:
`{"active": "k1", "data": {"k1": <key>}, "index": <key>, "audit": <key>}`, each key 32 random bytes
in base64. `data` keys wrap data keys (core.sealing); a new one is added and made active to rotate.
`index` finds a phone number without storing it; `audit` chains the audit trail. Those two stay.
"""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

KEY_BYTES = 32


@dataclass(frozen=True)
class KeyRing:
    """All keys, decoded. `active` names the data key that wraps what is new."""

    active: str
    data: Mapping[str, bytes]
    index: bytes
    audit: bytes


def parse(text: str) -> KeyRing:
    """The ring that `text` (JSON) describes. Raises ImproperlyConfigured, never showing a key."""
    try:
        raw = json.loads(text)
        data = {name: _key(value) for name, value in raw["data"].items()}
        ring = KeyRing(raw["active"], data, _key(raw["index"]), _key(raw["audit"]))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ImproperlyConfigured("KEY_RING is not a key ring: make one with `manage.py new_key`.") from error
    if ring.active not in ring.data:
        raise ImproperlyConfigured("KEY_RING names an active key that it does not hold.")
    return ring


def _key(value: str) -> bytes:
    try:
        key = base64.b64decode(value, validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
    if len(key) != KEY_BYTES:
        raise ValueError("a key is 32 bytes")
    return key


@cache
def _load(source: str) -> KeyRing:
    if source.lstrip().startswith("{"):
        return parse(source)
    try:
        return parse(Path(source).read_text(encoding="utf-8"))
    except OSError as error:
        raise ImproperlyConfigured(f"KEY_RING cannot be read: {error.strerror}.") from error


def key_ring() -> KeyRing:
    """The ring in force, read once per process."""
    return _load(settings.KEY_RING)


def fresh_ring() -> str:
    """A new ring with random keys, as JSON to store outside the database."""
    key = _random_key
    return json.dumps({"active": "k1", "data": {"k1": key()}, "index": key(), "audit": key()}, indent=2)


def _random_key() -> str:
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def blind_index(purpose: str, value: str) -> str:
    """A keyed fingerprint of `value` (hex): equal values match, and nobody without the ring can guess.

    `purpose` keeps the fingerprints of different columns apart.
    """
    return hmac.new(key_ring().index, f"{purpose}|{value}".encode(), hashlib.sha256).hexdigest()
