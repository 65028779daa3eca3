#!/usr/bin/env python3
"""A portal over REST, with the standard library alone: asks, pages, writes once, reads what was refused.

HOAGIAI_API is the address (http://127.0.0.1:8080 if unset), HOAGIAI_TOKEN a token of the chair of a commune, the
argument the commune's code: `python3 examples/portal.py 00004`.
"""

import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

API = os.environ.get("HOAGIAI_API", "http://127.0.0.1:8080")
TOKEN = os.environ["HOAGIAI_TOKEN"]
DAY = "2025-07-01"


class Refused(Exception):
    """What the server said: `reason` is for programs, `text` for people, `fields` are all that is wrong."""

    def __init__(self, status):
        details = {detail["@type"].rsplit(".", 1)[1]: detail for detail in status["details"]}
        self.reason = details.get("ErrorInfo", {}).get("reason", "")
        self.text = details.get("LocalizedMessage", {}).get("message", status["message"])
        self.fields = [fault["field"] for fault in details.get("BadRequest", {}).get("fieldViolations", [])]
        super().__init__(self.text)


def call(method, path, query=None, body=None, key=None):
    """One call. A busy server is asked again with the same key: what was done is not done twice."""
    url = f"{API}{path}" + (f"?{urllib.parse.urlencode(query)}" if query else "")
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    if key:
        headers["Idempotency-Key"] = key
    data = json.dumps(body).encode() if body is not None else None
    for attempt in range(5):
        try:
            with urllib.request.urlopen(urllib.request.Request(url, data, headers, method=method), timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code in (429, 503) and attempt < 4:
                time.sleep(float(error.headers.get("Retry-After", 1)))
                continue
            raise Refused(json.load(error)) from None


def unit(code, day):
    """The unit that had a code on a day: a code means nothing without one."""
    return call("GET", "/v1/units:find", {"code": code, "validAt": day})["unit"]


def teams(unit_id):
    """Every team of an area, page after page."""
    page = ""
    while True:
        answer = call("GET", "/v1/teams", {"unitId": unit_id, "pageSize": 20, "pageToken": page})
        yield from answer["teams"]
        page = answer["nextPageToken"]
        if not page:
            return


def plan(commune, area, size, key):
    """A second team in an area, with the reason that such an exception needs."""
    decision = {"number": "12/QĐ-UBND", "issueDate": {"year": 2025, "month": 9, "day": 3}, "issuer": "Chủ tịch UBND"}
    team = {
        "areaUnitId": area,
        "displayName": "Tổ hòa giải mẫu",
        "targetSize": size,
        "exceptionReason": "Khu tập thể đông hộ",
    }
    answer = call("POST", f"/v1/communes/{commune}/teams:plan", body={"decision": decision, "plans": [team]}, key=key)
    return answer["teams"][0]


def main(code):
    commune = unit(code, DAY)
    print(f"{code} on {DAY}: {commune['displayName']}")
    found = list(teams(commune["unitId"]))
    print(f"teams: {len(found)}")
    area = found[0]["areaUnitId"]
    try:
        plan(commune["unitId"], area, 2, str(uuid.uuid4()))
    except Refused as refused:
        print(f"refused: {refused.reason} {' '.join(refused.fields)}")
    # The key is made once, kept with the form that is sent, and sent again whenever no answer came.
    key = str(uuid.uuid4())
    planned = plan(commune["unitId"], area, 5, key)
    print(f"planned: {planned['displayName']}, {planned['state']}")
    again = plan(commune["unitId"], area, 5, key)
    print(f"again: {'the same team' if again['teamId'] == planned['teamId'] else 'another team'}")


if __name__ == "__main__":
    main(sys.argv[1])
