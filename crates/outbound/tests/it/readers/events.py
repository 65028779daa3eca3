"""Reads an event in both forms with the CloudEvents SDK for Python, and prints what it understood.

In: {"structured": text, "headers": [[name, value]], "payload": text}. Out: the attributes and the data of both.
"""

import json
import sys

from cloudevents.core.bindings.http import HTTPMessage, from_binary_event, from_structured_event


def understood(event):
    attributes = {name: value.isoformat() if name == "time" else value for name, value in event.get_attributes().items()}
    return {"attributes": attributes, "data": event.get_data()}


message = json.load(sys.stdin)
structured = HTTPMessage({"content-type": "application/cloudevents+json"}, message["structured"].encode())
# The SDK has no binding of NATS. It is that of HTTP, but for the media type, which is an attribute like the others.
headers = dict(message["headers"])
headers["content-type"] = headers.pop("ce-datacontenttype")
binary = HTTPMessage(headers, message["payload"].encode())
json.dump(
    {"structured": understood(from_structured_event(structured)), "binary": understood(from_binary_event(binary))},
    sys.stdout,
)
