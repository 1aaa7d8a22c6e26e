"""The client library of the Model Context Protocol against a running library.

    python assistant.py http://127.0.0.1:8080
"""

import asyncio
import json
import sys
import urllib.request

from mcp import Client

BASE = sys.argv[1].rstrip("/")


async def check(mode):
    async with Client(f"{BASE}/mcp", mode=mode) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert {"search", "record", "similar", "topics", "trends", "answer"} <= set(tools), sorted(tools)
        found = await client.call_tool("search", {"query": "", "limit": 5, "facets": ["type"]})
        assert not found.is_error, found
        with urllib.request.urlopen(f"{BASE}/api/v1/search?limit=5") as answer:
            wanted = json.load(answer)
        hits = found.structured_content["hits"]
        assert found.structured_content["total"] == wanted["total"] > 0
        assert [hit["id"] for hit in hits] == [hit["id"] for hit in wanted["hits"]]
        record = await client.call_tool("record", {"id": hits[0]["id"]})
        assert record.structured_content["record"]["id"] == hits[0]["id"]
        years = await client.call_tool("trends", {"query": ""})
        assert sum(year["records"] for year in years.structured_content["series"]) > 0
        wrong = await client.call_tool("search", {"query": "\"open"})
        assert wrong.is_error and "quote" in wrong.content[0].text, wrong
        none = await client.call_tool("answer", {"question": "Who painted the ceiling of the chapel in 1512?"})
        assert none.structured_content["found"] is False, none


for mode in ("auto", "legacy"):
    asyncio.run(check(mode))
print("assistant: passed")
