#!/usr/bin/env python3
"""Folds the help-desk log by itself, without Docket, and prints what a desk should show after importing it.

    scripts/fold-helpdesk.py ../shared/data/helpdesk-event-log.csv.gz [../shared/data/customer-turns.tsv.gz]

Only the standard library. The mapping is the one in tests/REAL_DATA.md.
"""

import collections
import csv
import gzip
import json
import sys

RESOLVING = {"Resolve ticket", "RESOLVED", "Resolve SW anomaly"}
ENDING = {"VERIFIED", "INVALID", "DUPLICATE"}
PRIORITY = {"Value 1": "medium", "Value 2": "high", "Value 3": "urgent"}
DONE = {"resolved", "closed"}


def cases(path):
    """Rows by case, in the order of the file."""
    with gzip.open(path, "rt", newline="") as file:
        by_case = collections.OrderedDict()
        for row in csv.DictReader(file):
            by_case.setdefault(row["case"], []).append(row)
    return by_case


def fold(rows):
    """One case's final state and counts."""
    status, assignee, priority = "open", None, "medium"
    counts = collections.Counter()

    def go(to):
        nonlocal status
        counts["reopenings"] += status in DONE and to not in DONE
        counts["resolutions"] += to == "resolved"
        status = to

    for row in rows:
        activity = row["activity"]
        if activity == "Assign seriousness":
            priority = PRIORITY.get(row["seriousness"], "low")
        elif activity == "Take in charge ticket":
            counts["assignments"] += 1
            counts["reassignments"] += assignee is not None
            assignee = row["resource"]
            if status != "in_progress":
                go("in_progress")
        elif activity == "Wait":
            go("waiting_customer")
        elif activity in RESOLVING:
            go("resolved")
        elif activity == "Closed" or activity in ENDING:
            go("closed")
        elif activity != "Insert ticket":
            counts["notes"] += 1
    counts["reopened_tickets"] = counts["reopenings"] > 0
    counts["resolved_tickets"] = counts["resolutions"] > 0
    return status, priority, assignee, counts


def helpdesk(path):
    """What a desk shows of the tickets."""
    statuses, priorities, assignees, totals = (collections.Counter() for _ in range(4))
    by_case = cases(path)
    for rows in by_case.values():
        status, priority, assignee, counts = fold(rows)
        statuses[status] += 1
        priorities[priority] += 1
        assignees[assignee.replace("Value", "Resource") if assignee else ""] += 1
        totals.update(counts)
    return {
        "tickets": len(by_case),
        "by_status": dict(sorted(statuses.items())),
        "by_priority": dict(sorted(priorities.items())),
        "by_assignee": dict(sorted(assignees.items())),
        **dict(sorted(totals.items())),
    }


def chats(path):
    """What a desk shows of the chats."""
    conversations, messages = set(), 0
    with gzip.open(path, "rt", newline="") as file:
        lines = iter(file)
        next(lines)
        for line in lines:
            _, conversation, _, text, _ = line.rstrip("\n").split("\t")
            conversations.add(conversation)
            messages += bool(text.strip())
    return {"chats": len(conversations), "chat_messages": messages}


def main():
    """Prints one JSON object."""
    result = helpdesk(sys.argv[1])
    if len(sys.argv) > 2:
        result.update(chats(sys.argv[2]))
    json.dump(result, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
