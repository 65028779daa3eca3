"""A receiver of webhooks made of published libraries: consents to the handshake, checks both signatures, reads the event.

Arguments: the shared secret (whsec_), the public key (whpk_), the origin that it consents to. Prints its port, then a
line for every delivery that it took. Answers 204, or 400 with the step that failed.
"""

import base64
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cloudevents.core.bindings.http import HTTPMessage, from_structured_event
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from standardwebhooks import Webhook

secret, public, origin = sys.argv[1:]
shared = Webhook(secret)
key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public.removeprefix("whpk_")))


def check_v1a(headers, body):
    """No library of Standard Webhooks for Python or Node.js checks v1a: here it is by the text of the specification."""
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    signatures = [entry.split(",", 1) for entry in headers["webhook-signature"].split(" ")]
    (signature,) = [value for version, value in signatures if version == "v1a"]
    key.verify(base64.b64decode(signature), content)


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, headers=(), body=b""):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_OPTIONS(self):
        if self.headers["WebHook-Request-Origin"] != origin:
            return self.answer(200, [("Allow", "POST")])
        rate = str(min(int(self.headers["WebHook-Request-Rate"]), 60))
        self.answer(200, [("WebHook-Allowed-Origin", origin), ("WebHook-Allowed-Rate", rate)])

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        step = "v1"
        try:
            shared.verify(body, headers)
            step = "v1a"
            check_v1a(headers, body)
            step = "event"
            event = from_structured_event(HTTPMessage(headers, body))
        except Exception as error:
            return self.answer(400, body=f"{step}: {type(error).__name__}".encode())
        print(event.get_id(), headers["webhook-id"], event.get_subject(), headers["webhook-request-origin"], flush=True)
        self.answer(204)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
print(server.server_port, flush=True)
server.serve_forever()
