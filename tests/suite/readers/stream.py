"""Makes or changes the stream of the bus, or reads it from its first message, with a client that is not ours.

stream.py URL set SUBJECTS LARGEST   (subjects with a comma between; -1: any size)
stream.py URL read                   (a line of JSON for each message)
"""
import asyncio
import json
import sys

import nats
from nats.js.api import StreamConfig
from nats.js.errors import NotFoundError

NAME = "HOAGIAI"


async def main(url: str, command: str, *arguments: str) -> None:
    client = await nats.connect(url)
    streams = client.jetstream()
    if command == "set":
        config = StreamConfig(
            name=NAME, subjects=arguments[0].split(","), max_msg_size=int(arguments[1]), duplicate_window=600
        )
        try:
            await streams.stream_info(NAME)
            await streams.update_stream(config)
        except NotFoundError:
            await streams.add_stream(config)
    else:
        state = (await streams.stream_info(NAME)).state
        for sequence in range(1, state.last_seq + 1):
            message = await streams.get_msg(NAME, sequence)
            data = json.loads(message.data)
            print(json.dumps({"journal": data["journal"], "position": data["position"], "kind": data["kind"]}))
    await client.close()


asyncio.run(main(*sys.argv[1:]))
