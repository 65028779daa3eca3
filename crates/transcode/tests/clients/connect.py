"""Calls the service of the tests by the published client of Connect for Python, and says as JSON what came of it. Messages
are plain JSON, by a codec of its own; nothing is generated.

    python3 connect.py TOOLS URL TRANSPORT
"""

import json
import sys

TOOLS, URL, TRANSPORT = sys.argv[1:]
sys.path.insert(0, TOOLS)

from connectrpc.client import ConnectClientSync, ResponseMetadata
from connectrpc.errors import ConnectError
from connectrpc.method import IdempotencyLevel, MethodInfo, StreamType


class Json:
    """The codec `json` of messages that are dictionaries."""

    def name(self):
        return "json"

    def encode(self, message):
        return json.dumps(message).encode()

    def decode(self, data, message_class):
        return message_class(json.loads(data))


def method(name, level=IdempotencyLevel.UNKNOWN):
    return MethodInfo(
        name=name,
        service_name="t.v1.Library",
        input=dict,
        output=dict,
        idempotency_level=level,
        stream_type=StreamType.UNARY,
    )


GET_BOOK = method("GetBook", IdempotencyLevel.NO_SIDE_EFFECTS)
ECHO = method("Echo")


def client(url=URL, **options):
    return ConnectClientSync(url, codec=Json(), **options)


def book(of, book_id, **options):
    return of.execute_unary(
        request={"bookId": book_id, "view": "đủ"}, method=GET_BOOK, use_get=TRANSPORT == "connect-get-json", **options
    )


def failure(call):
    try:
        return {"answered": call()}
    except ConnectError as error:
        details = [detail.type_name for detail in error.details]
        return {"code": error.code.value, "message": error.message, "details": details}


def main():
    plain = client(send_compression=None)
    said = {"book": book(plain, "sổ 7/%")}
    said["echo"] = plain.execute_unary(request={"text": "hòa giải 😀 \u0000", "large": "-5"}, method=ECHO)["text"]
    said["errors"] = [failure(lambda code=code: book(plain, f"code-{code}")) for code in range(1, 17)]
    said["lost"] = failure(lambda: book(plain, "lost"))
    with ResponseMetadata() as metadata:
        book(plain, "7", headers={"x-own": "1", "x-secret": "2"}, timeout_ms=60000)
        names = ["x-request-id", "seen-x-own", "seen-x-secret", "seen-grpc-timeout"]
        said["metadata"] = {name: metadata.headers.get(name) for name in names}
    said["late"] = failure(lambda: book(plain, "7", headers={"x-pause-ms": "60000"}, timeout_ms=100))["code"]
    # As the client is without options: it compresses what it sends.
    said["compressed"] = failure(lambda: book(client(), "7"))
    print(json.dumps(said))


main()
