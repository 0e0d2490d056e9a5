"""Asks a Prometheus every query of dashboards and rules. check.py PROMETHEUS-URL DASHBOARD.json...

Each panel's queries must return a number that is one, each rule must be evaluated without an error, and each metric
that an alert names must have series. What is not there yet is asked for again, for a minute and a half."""

import json
import math
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

PATIENCE_SECONDS = 90

# Series that begin with the first failure.
ONLY_AFTER_FAILURES = {"aggregation_errors_total"}
WORDS = {"by", "on", "and", "or", "unless", "without", "ignoring", "group_left", "group_right", "bool", "offset"}


def get(path, **parameters):
    """What the API answers under "data"; an error's text where it refuses."""
    url = sys.argv[1] + path + "?" + urllib.parse.urlencode(parameters)
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:
            return json.load(answer)["data"], None
    except urllib.error.HTTPError as error:
        return None, json.load(error)["error"]
    except OSError as error:
        return None, str(error)


def problem_of_query(expression):
    """None where the query returns a number that is one."""
    data, error = get("/api/v1/query", query=expression)
    if error:
        return error
    if not data["result"]:
        return "no data"
    if all(math.isnan(float(sample["value"][1])) for sample in data["result"]):
        return "not a number"
    return None


def metrics_of(expression):
    """The metric names in a query."""
    text = re.sub(r"\{[^}]*\}|\"[^\"]*\"|\[[^]]*\]|\b(by|on|without|ignoring)\s*\([^)]*\)", " ", expression)
    names = re.findall(r"[a-zA-Z_:][a-zA-Z0-9_:]*\b(?!\s*\()", text)
    return {name for name in names if name not in WORDS} - ONLY_AFTER_FAILURES


def questions():
    """All that is to be asked: a name, and a function that returns what is wrong."""
    for path in sys.argv[2:]:
        with open(path, encoding="utf-8") as file:
            board = json.load(file)
        for panel in board["panels"]:
            for target in panel.get("targets", []):
                # What a dashboard's variables are when it is opened: all.
                expression = re.sub(r"\$(law|instance)\b", ".*", target["expr"])
                yield (f"{board['title']} / {panel['title']}: {expression}", lambda e=expression: problem_of_query(e))
    data, error = get("/api/v1/rules")
    if error:
        sys.exit("no rules: " + error)
    for group in data["groups"]:
        for rule in group["rules"]:
            yield (f"rule {rule['name']}", lambda g=group["name"], n=rule["name"]: problem_of_rule(g, n))
            if rule["type"] == "alerting":
                for metric in sorted(metrics_of(rule["query"])):
                    yield (f"alert {rule['name']} names {metric}", lambda m=metric: problem_of_query(f"count({m})"))


def problem_of_rule(group, name):
    """None where the rule has been evaluated well."""
    data, error = get("/api/v1/rules")
    if error:
        return error
    for rule in (r for g in data["groups"] if g["name"] == group for r in g["rules"] if r["name"] == name):
        return None if rule["health"] == "ok" else f"{rule['health']}: {rule.get('lastError', '')}"
    return "gone"


def wait_for_prometheus(until):
    while get("/api/v1/rules")[1] and time.monotonic() < until:
        time.sleep(0.5)


def main():
    until = time.monotonic() + PATIENCE_SECONDS
    wait_for_prometheus(until)
    left = list(questions())
    asked = len(left)
    while left:
        left = [(name, ask, problem) for name, ask, *_ in left if (problem := ask())]
        if not left or time.monotonic() > until:
            break
        time.sleep(1)
    for name, _, problem in left:
        print(f"{name}\n    {problem}", file=sys.stderr)
    down = [t for t in get("/api/v1/targets")[0]["activeTargets"] if t["health"] != "up"]
    for target in down:
        print(f"{target['scrapeUrl']}: {target['lastError']}", file=sys.stderr)
    firing = [a["labels"]["alertname"] for a in get("/api/v1/alerts")[0]["alerts"] if a["state"] == "firing"]
    if firing:
        print("these alerts fire on a healthy cluster: " + ", ".join(firing), file=sys.stderr)
    print(f"{asked - len(left)} of {asked} queries are as they should be", file=sys.stderr)
    sys.exit(1 if left or down or firing else 0)


if __name__ == "__main__":
    main()
