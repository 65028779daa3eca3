"""Writes into a folder an authority (ca.pem) and certificates of it with their keys: receiver (of receiver.test and
127.0.0.1), other (of another name), expired (of receiver.test, yesterday's).
"""

import datetime
import ipaddress
import pathlib
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

folder = pathlib.Path(sys.argv[1])
now = datetime.datetime.now(datetime.timezone.utc)
day = datetime.timedelta(days=1)


def name(text):
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])


def write(file, *parts):
    (folder / file).write_bytes(b"".join(parts))


authority_key = ec.generate_private_key(ec.SECP256R1())
authority = (
    x509.CertificateBuilder()
    .subject_name(name("Test authority"))
    .issuer_name(name("Test authority"))
    .public_key(authority_key.public_key())
    .serial_number(x509.random_serial_number())
    .not_valid_before(now - 2 * day)
    .not_valid_after(now + day)
    .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    .sign(authority_key, hashes.SHA256())
)
write("ca.pem", authority.public_bytes(serialization.Encoding.PEM))

for file, names, end in [
    ("receiver", [x509.DNSName("receiver.test"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))], now + day),
    ("other", [x509.DNSName("other.test")], now + day),
    ("expired", [x509.DNSName("receiver.test")], now - day),
]:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name(file))
        .issuer_name(authority.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 2 * day)
        .not_valid_after(end)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    write(f"{file}.pem", certificate.public_bytes(serialization.Encoding.PEM))
    pkcs8 = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    write(f"{file}.key", key.private_bytes(*pkcs8))
