"""A subscriber that is not ours: nats-py reads the stream, the cloudevents package understands each message.

Usage: read_events.py NATS_URL SUBJECT COUNT
Prints each event as a line of JSON, its attributes and its data; ends after COUNT events, or fails after 30 s.
"""

import asyncio
import json
import sys

import nats
from cloudevents.http import from_http
from nats.js.errors import NotFoundError

PATIENCE_SECONDS = 30


async def subscribe(client, subject: str):
    """The stream is made by the relay once it holds its lease: a subscriber that comes before asks again."""
    deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
    while True:
        try:
            return await client.jetstream().subscribe(subject, ordered_consumer=True)
        except NotFoundError:
            if asyncio.get_running_loop().time() > deadline:
                raise
            await asyncio.sleep(0.1)


async def main(url: str, subject: str, count: int) -> None:
    client = await nats.connect(url)
    try:
        subscription = await subscribe(client, subject)
        for _ in range(count):
            message = await subscription.next_msg(timeout=PATIENCE_SECONDS)
            headers = dict(message.headers)
            headers["content-type"] = headers["ce-datacontenttype"]
            event = from_http(headers, message.data)
            attributes = dict(event.get_attributes())
            print(json.dumps({"subject": message.subject, **{"attributes": attributes}, "data": event.data}), flush=True)
    finally:
        await client.close()


asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
