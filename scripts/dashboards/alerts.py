"""Waits for alerts of a Prometheus, by their names.

  alerts.py URL healthy SECONDS
      until silos and Ingests are scraped, votes come and no alert fires
  alerts.py URL firing|resolved SECONDS SINCE NAME...
      until each has fired, or fires no more; prints for each its name and the seconds since SINCE (of the epoch), or never
  alerts.py URL others SECONDS NAME...
      prints the alerts that fired in the last SECONDS, but for those named

Ends with status 1 where SECONDS pass before."""

import json
import sys
import time
import urllib.parse
import urllib.request

POLL_SECONDS = 0.5

url, command, limit, *arguments = sys.argv[1:]


def get(path, **parameters):
    """What the API answers under "data"; None where it does not."""
    try:
        address = url + path + "?" + urllib.parse.urlencode(parameters)
        with urllib.request.urlopen(address, timeout=20) as answer:
            return json.load(answer)["data"]
    except OSError:
        return None


def firing():
    """The names of the alerts that fire; None where Prometheus does not say."""
    data = get("/api/v1/alerts")
    return data and {a["labels"]["alertname"] for a in data["alerts"] if a["state"] == "firing"}


def is_healthy():
    flow = get("/api/v1/query", query="votes:silos:up > 0 and votes:ingests:up > 0 and votes:received:rate1m > 0")
    down = get("/api/v1/query", query="up == 0 or pg_up == 0")
    return bool(flow and flow["result"]) and down is not None and not down["result"] and firing() == set()


def wait_for_alerts(state, since, names):
    left = list(names)
    until = time.monotonic() + float(limit)
    while left and time.monotonic() < until:
        now = firing()
        for name in [n for n in left if now is not None and (n in now) == (state == "firing")]:
            left.remove(name)
            print(name, round(time.time() - since), flush=True)
        time.sleep(POLL_SECONDS)
    for name in left:
        print(name, "never", flush=True)
    return not left


def wait_for_health():
    until = time.monotonic() + float(limit)
    while not is_healthy():
        if time.monotonic() > until:
            print("not healthy; these alerts fire:", firing(), file=sys.stderr)
            return False
        time.sleep(POLL_SECONDS)
    return True


def print_others():
    query = f'count by (alertname) (max_over_time(ALERTS{{alertstate="firing"}}[{int(limit)}s]))'
    names = {sample["metric"]["alertname"] for sample in get("/api/v1/query", query=query)["result"]}
    print(*sorted(names - set(arguments)))
    return True


if command == "healthy":
    done = wait_for_health()
elif command == "others":
    done = print_others()
else:
    done = wait_for_alerts(command, float(arguments[0]), arguments[1:])
sys.exit(0 if done else 1)
