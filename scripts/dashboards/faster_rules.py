"""Writes the rules of prometheus/ with every duration divided: faster_rules.py PACE FOLDER. What is divided is how long
a state must last ("for") and how far back a query looks ("[15m]"). Thresholds and all else stay as they are."""

import re
import sys

SECONDS = {"s": 1, "m": 60, "h": 3600}

pace, folder = int(sys.argv[1]), sys.argv[2]


def faster(match):
    seconds, rest = divmod(int(match["amount"]) * SECONDS[match["unit"]], pace)
    if rest or seconds < 2:
        sys.exit(f"a pace of {pace} makes {match[0].strip()} no whole number of at least 2 seconds")
    return f"{match['before']}{seconds}s{match['after']}"


for name in ("recording.yml", "alerts.yml"):
    with open("prometheus/" + name, encoding="utf-8") as file:
        text = file.read()
    number = r"(?P<amount>\d+)(?P<unit>[smh])"
    text = re.sub(r"(?P<before>\n +for: )" + number + r"(?P<after>\n)", faster, text)
    text = re.sub(r"(?P<before>\[)" + number + r"(?P<after>\])", faster, text)
    with open(f"{folder}/{name}", "w", encoding="utf-8") as file:
        file.write(text)
