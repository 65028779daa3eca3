#!/usr/bin/env python3
"""An agency, with the standard library alone: signs in, asks the directory, subscribes, and takes what is sent to it.

HOAGIAI_API is the address (http://127.0.0.1:8080 if unset), HOAGIAI_SANDBOX the file sandbox.json of `hoagiai sandbox
--webhook 127.0.0.1:9090`, the argument where this agency listens: `python3 examples/agency.py 127.0.0.1:9090`.
"""

import base64
import hashlib
import hmac
import http.server
import json
import os
import queue
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

API = os.environ.get("HOAGIAI_API", "http://127.0.0.1:8080")
AGENCY = json.load(open(os.environ["HOAGIAI_SANDBOX"], encoding="utf-8"))[0]
CAME = queue.Queue()


def sign_in():
    """A token for an id and a secret (OAuth 2.0 client credentials): good for a quarter of an hour."""
    form = urllib.parse.urlencode({"grant_type": "client_credentials"}).encode()
    pair = f"{AGENCY['client_id']}:{AGENCY['client_secret']}".encode()
    headers = {"Authorization": "Basic " + base64.b64encode(pair).decode()}
    with urllib.request.urlopen(urllib.request.Request(f"{API}/oauth/token", form, headers), timeout=30) as answer:
        return json.load(answer)["access_token"]


def call(token, method, path, query=None, body=None):
    """One call, with the purpose that every disclosure is written down with."""
    url = f"{API}{path}" + (f"?{urllib.parse.urlencode(query)}" if query else "")
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "X-Purpose": urllib.parse.quote("Thử nghiệm: xác minh hòa giải viên"),
        "Idempotency-Key": str(uuid.uuid4()),
    }
    data = json.dumps(body).encode() if body is not None else None
    with urllib.request.urlopen(urllib.request.Request(url, data, headers, method=method), timeout=30) as answer:
        return json.load(answer)


class Endpoint(http.server.BaseHTTPRequestHandler):
    """Where events are sent. A repeat comes under the same `webhook-id`: whoever has the id has the fact."""

    secret = b""

    def do_OPTIONS(self):
        """Consent: nobody is sent to who did not ask for it."""
        self.send_response(200)
        self.send_header("WebHook-Allowed-Origin", self.headers["WebHook-Request-Origin"])
        self.end_headers()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        message, sent = self.headers["webhook-id"], self.headers["webhook-timestamp"]
        wanted = hmac.digest(self.secret, f"{message}.{sent}.".encode() + body, hashlib.sha256)
        shown = [part.removeprefix("v1,") for part in self.headers["webhook-signature"].split()]
        fresh = abs(time.time() - int(sent)) < 300
        good = fresh and any(hmac.compare_digest(base64.b64encode(wanted).decode(), one) for one in shown)
        self.send_response(204 if good else 401)
        self.end_headers()
        if good:
            CAME.put(json.loads(body))

    def log_message(self, *_):
        pass


def main(listen):
    host, port = listen.rsplit(":", 1)
    server = http.server.ThreadingHTTPServer((host, int(port)), Endpoint)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    token = sign_in()
    found = call(token, "GET", f"/v1/units/{AGENCY['area_unit_id']}/directory", {"pageSize": 1})
    print(f"directory: {len(found['entries'])} entry, {'more' if found['nextPageToken'] else 'no more'}")
    person = found["entries"][0]["mediatorId"]
    entry = call(token, "GET", f"/v1/directory/{person}")["entry"]
    print(f"entry: {'named' if entry['fullName'] else 'unnamed'}, {entry['teamDisplayName'] != ''}")

    wanted = {
        "eventKinds": ["registry.*"],
        "endpoint": f"http://{listen}/events",
        "signingScheme": "SIGNING_SCHEME_V1",
    }
    made = call(token, "POST", f"/v1/consumers/{AGENCY['consumer_id']}/subscriptions", body=wanted)
    Endpoint.secret = base64.b64decode(made["signingSecret"].removeprefix("whsec_"))
    subscription = made["subscription"]["subscriptionId"]
    while call(token, "GET", f"/v1/subscriptions/{subscription}")["subscription"]["state"] != "SUBSCRIPTION_STATE_ACTIVE":
        time.sleep(0.2)
    print("subscription: active", flush=True)
    event = CAME.get(timeout=60)
    print(f"event: {event['type']}, {event['source']}")
    call(token, "POST", f"/v1/subscriptions/{subscription}:end", body={})
    print("subscription: ended")


main(sys.argv[1])
