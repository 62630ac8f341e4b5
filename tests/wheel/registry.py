"""A package registry on loopback over TLS, whose certificate nobody knows yet, and the small packages that it serves."""

import hashlib
import io
import ipaddress
import ssl
import stat
import threading
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Key = ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Registry:
    url: str
    authority: bytes
    """The certificate that a machine has to know, as PEM."""


def wheel(name: str, version: str, files: Mapping[str, bytes]) -> tuple[str, bytes]:
    """Its file's name and its bytes."""
    about = f"{name}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    kind = "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    whole = {**files, f"{about}/METADATA": metadata.encode(), f"{about}/WHEEL": kind.encode()}
    record = "".join(f"{path},,\n" for path in (*whole, f"{about}/RECORD"))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path, content in {**whole, f"{about}/RECORD": record.encode()}.items():
            entry = zipfile.ZipInfo(path)
            entry.external_attr = (stat.S_IFREG | (0o755 if "/scripts/" in path else 0o644)) << 16
            archive.writestr(entry, content)
    return f"{name}-{version}-py3-none-any.whl", packed.getvalue()


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """A client that does not know the certificate hangs up: that is meant."""


@contextmanager
def registry(folder: Path, wheels: Mapping[str, bytes]) -> Iterator[Registry]:
    """Serves these by file name, at …/simple/NAME/ as every index does."""
    pages = {f"/files/{file}": content for file, content in wheels.items()}
    for file, content in wheels.items():
        link = f'<a href="/files/{file}#sha256={hashlib.sha256(content).hexdigest()}">{file}</a>'
        pages[f"/simple/{file.partition('-')[0]}/"] = f"<!DOCTYPE html><html><body>{link}</body></html>".encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = pages.get(self.path)
            self.send_response(200 if page is not None else 404)
            self.send_header("Content-Type", "text/html" if self.path.startswith("/simple") else "application/zip")
            self.send_header("Content-Length", str(len(page or b"")))
            self.end_headers()
            self.wfile.write(b"" if self.command == "HEAD" else page or b"")

        do_HEAD = do_GET  # noqa: N815 - as above

        def log_message(self, *_: object) -> None: ...

    authority, context = _certified(folder)
    server = _Server(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Registry(url=f"https://127.0.0.1:{server.server_port}/simple", authority=authority)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _certified(folder: Path) -> tuple[bytes, ssl.SSLContext]:
    """An authority of our own, and a server's context with a certificate that it signed."""
    ours, servers = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Makegood's tests")])
    top = _certificate(name, ours, name, ours).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    host = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    own = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "registry")])
    leaf = _certificate(own, servers, name, ours).add_extension(host, critical=False)
    signed = leaf.sign(ours, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    kind = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "server.pem").write_bytes(signed + servers.private_bytes(*kind))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    return top.sign(ours, hashes.SHA256()).public_bytes(serialization.Encoding.PEM), context


def _certificate(subject: x509.Name, key: Key, issuer: x509.Name, by: Key) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    begun = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    timed = begun.serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(1))
    known = x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key())
    itself = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    whole = timed.not_valid_after(now + timedelta(1)).add_extension(itself, critical=False)
    return whole.add_extension(known, critical=False)
