"""Ed25519 signatures of packs, by the package `cryptography` (`policycheck[evidence]`)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from policycheck.problems import PolicycheckError, Problem, quote
from policycheck.store.pack import MANIFEST, SIGNATURE


def sign(content: bytes, key: Path) -> bytes:
    """Return the signature of a content, as hex digits.

    Raises PolicycheckError where the key is none, or the package is not installed.
    """
    _require()
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        private = load_pem_private_key(_read(key), None)
    except (ValueError, TypeError) as error:
        raise _no_key(key, "private") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise _no_key(key, "private")
    return private.sign(content).hex().encode()


def find_signature_fault(files: Mapping[str, bytes], key: Path) -> str | None:
    """Say what is wrong with a pack's signature. Raises PolicycheckError as `sign` does."""
    _require()
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        public = load_pem_public_key(_read(key))
    except ValueError as error:
        raise _no_key(key, "public") from error
    if not isinstance(public, Ed25519PublicKey):
        raise _no_key(key, "public")
    if SIGNATURE not in files:
        return "the pack is not signed"
    try:
        public.verify(bytes.fromhex(files[SIGNATURE].decode("ascii")), files.get(MANIFEST, b""))
    except (InvalidSignature, ValueError):
        return f"the signature is not of this pack by the key {quote(str(key))}"
    return None


def _read(key: Path) -> bytes:
    try:
        return key.read_bytes()
    except OSError as error:
        message = f"cannot read {quote(str(key))}: {error.strerror}"
        raise PolicycheckError([Problem(message, None)]) from error


def _require() -> None:
    try:
        import cryptography  # noqa: F401
    except ImportError as error:
        hint = "pip install 'policycheck[evidence]'"
        raise PolicycheckError([Problem("signatures need cryptography", None, hint)]) from error


def _no_key(key: Path, kind: str) -> PolicycheckError:
    hint = "openssl makes them: `openssl genpkey -algorithm ed25519`, `openssl pkey -pubout`"
    return PolicycheckError([Problem(f"{quote(str(key))} is no Ed25519 {kind} key", None, hint)])
