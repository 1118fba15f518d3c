"""The certificate that the node shows to its partners: signed by itself, with its party as its name, and pinned by them from its card.

It protects the connection only. What a partner believes is signed with the node's key, so a certificate may be renewed at any time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from vigie.model.times import from_datetime
from vigie.node.identity import alone_with_keys, write_secret
from vigie.node.settings import Node

YEARS_GOOD = 20
"""How many years a certificate is good for."""

PEER_NAME = "vigie.invalid"
"""The host name in every certificate: a partner pins the certificate itself, wherever it is met, and may ask for this name."""

_MAX_NAME_BYTES = 64
"""The most that X.509 has for a name (RFC 5280, appendix A.1: ub-common-name)."""

_BEFORE = timedelta(days=7)
"""A partner's clock may be behind."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """The files of the certificate and of its key (PEM), what the certificate says, and until when it is good."""

    file: Path
    key_file: Path
    text: str
    until_us: int
    fingerprint: str


def certificate_of(node: Node, now_us: int) -> Certificate:
    """The node's certificate; made where there is none, or where it and its key are not each other's."""
    standing = known_certificate(node)
    if standing is not None:
        return standing
    with alone_with_keys(node):
        return known_certificate(node) or _made(node, now_us)


def renew_certificate(node: Node, now_us: int) -> Certificate:
    """A new certificate with a new key: partners need the node's card anew before they connect again."""
    with alone_with_keys(node):
        return _made(node, now_us)


def known_certificate(node: Node) -> Certificate | None:
    """The node's certificate, where there is a whole one."""
    file, key_file = _files(node)
    try:
        text = file.read_text(encoding="ascii")
        held = x509.load_pem_x509_certificate(text.encode())
        is_pair = load_pem_private_key(key_file.read_bytes(), password=None).public_key() == held.public_key()
    except (OSError, ValueError, TypeError):
        return None
    shown = held.fingerprint(SHA256()).hex()
    return Certificate(file, key_file, text, from_datetime(held.not_valid_after_utc), shown) if is_pair else None


def _files(node: Node) -> tuple[Path, Path]:
    return node.folder / "keys" / "tls.pem", node.folder / "keys" / "tls.key"


def _made(node: Node, now_us: int) -> Certificate:
    file, key_file = _files(node)
    key = ec.generate_private_key(ec.SECP256R1())
    made = _certificate(node.settings.party, key, datetime.fromtimestamp(now_us // 1_000_000, UTC))
    write_secret(key_file, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    write_secret(file, made.public_bytes(Encoding.PEM))
    found = known_certificate(node)
    if found is None:
        raise OSError(f"The certificate could not be written to {file}.")
    return found


def _certificate(party: str, key: ec.EllipticCurvePrivateKey, now: datetime) -> x509.Certificate:
    shown = party.encode()[:_MAX_NAME_BYTES].decode(errors="ignore")
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, shown)])
    public = key.public_key()
    begin = x509.CertificateBuilder(subject_name=name, issuer_name=name, public_key=public, serial_number=x509.random_serial_number())
    made = begin.not_valid_before(now - _BEFORE).not_valid_after(now + timedelta(days=365 * YEARS_GOOD))
    uses = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])
    parts: tuple[tuple[x509.ExtensionType, bool], ...] = (
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (uses, False),
        (x509.SubjectKeyIdentifier.from_public_key(public), False),
        (x509.SubjectAlternativeName([x509.DNSName(PEER_NAME)]), False),
    )
    for part, is_critical in parts:
        made = made.add_extension(part, critical=is_critical)
    return made.sign(key, SHA256())
