"""Web server and worker together, for `make run`; Ctrl-C ends both.

PORT=5000 HOST=127.0.0.1 HTTPS=1 python bin/serve.py
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.chdir(ROOT)


def main() -> None:
    host, port = os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "5000"))
    secure = os.environ.get("HTTPS") == "1"
    if taken(host, port):
        stop(f"Port {port} is taken by another program. Choose another one: PORT=5001 make run")
    environment = os.environ | {"FLASK_APP": "app"}
    if environment.get("TIRAZH_ENV") != "production":
        environment.setdefault("TIRAZH_DEMO", "1")
    scheme = "https" if secure else "http"
    shown = own_address() if host in ("0.0.0.0", "") else host
    environment.setdefault("PUBLIC_URL", f"{scheme}://{shown}:{port}")
    command = [sys.executable, "-m", "gunicorn", "-c", "bin/gunicorn.conf.py", "-b", f"{host}:{port}", "wsgi:app"]
    if secure:
        certificate, key = make_certificate(shown)
        command[3:3] = ["--certfile", str(certificate), "--keyfile", str(key)]
    server = subprocess.Popen(command, env=environment)
    signal.signal(signal.SIGTERM, lambda *_: server.terminate())
    try:
        if not secure:
            wait(f"{scheme}://{shown}:{port}/healthz", server)
        announce(f"{scheme}://{shown}:{port}", environment)
        raise SystemExit(server.wait())
    except KeyboardInterrupt:
        server.send_signal(signal.SIGTERM)
        server.wait(15)


def own_address() -> str:
    """This machine's address on its network; nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def taken(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


def wait(address: str, server: subprocess.Popen[bytes]) -> None:
    for _attempt in range(200):
        if server.poll() is not None:
            raise SystemExit(server.returncode)
        try:
            urllib.request.urlopen(address, timeout=2)
            return
        except OSError:
            time.sleep(0.05)


def announce(address: str, environment: dict[str, str]) -> None:
    print(f"\n  «Тираж» is at {address}\n")
    if environment.get("TIRAZH_DEMO") == "1":
        print("  Demo accounts, all with the password demo-2026-forum:")
        for who in ("administrator", "organiser", "door", "coordinator", "curator"):
            print(f"    {who}@example.org")
        print(f"  Letters: {address}/dev/mail")
    print("  Ctrl-C ends it.\n", flush=True)


def make_certificate(address: str) -> tuple[Path, Path]:
    """A self-signed certificate for a trial on a local network: browsers give the camera only to https."""
    import datetime
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    certificate, key = ROOT / "var" / f"trial-{address}.crt", ROOT / "var" / f"trial-{address}.key"
    if certificate.exists() and key.exists():
        return certificate, key
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Tirazh trial")])
    now = datetime.datetime.now(datetime.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=365))
        .add_extension(
            x509.SubjectAlternativeName(
                [
                    x509.DNSName("localhost"),
                    *(x509.IPAddress(ipaddress.ip_address(one)) for one in {"127.0.0.1", address}),
                ]
            ),
            critical=False,
        )
        .sign(private, hashes.SHA256())
    )
    key.parent.mkdir(exist_ok=True)
    key.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    key.chmod(0o600)
    certificate.write_bytes(built.public_bytes(serialization.Encoding.PEM))
    return certificate, key


def stop(sentence: str) -> None:
    print(sentence, file=sys.stderr)
    raise SystemExit(1)


if __name__ == "__main__":
    main()
