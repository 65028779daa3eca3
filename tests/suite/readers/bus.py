"""Reads a stream of the bus with clients that are not ours, and says what is in it: a line of JSON for each message."""
import asyncio
import json
import sys

import nats


async def main(url: str) -> None:
    client = await nats.connect(url)
    stream = client.jetstream()
    reader = await stream.pull_subscribe("hoagiai.>", durable="reader", stream="HOAGIAI")
    while True:
        try:
            messages = await reader.fetch(500, timeout=2)
        except asyncio.TimeoutError:
            break
        for message in messages:
            headers = message.headers or {}
            line = {
                "subject": message.subject,
                "sequence": message.metadata.sequence.stream,
                "headers": headers,
                "data": json.loads(message.data),
            }
            print(json.dumps(line))
            await message.ack()
    await client.close()


asyncio.run(main(sys.argv[1]))
