"""Prints prometheus/prometheus.yml for a local cluster: its jobs and paths as they are, with addresses in place of
names, and a scrape a second. Arguments: the addresses of RabbitMQ's metrics, of PostgreSQL's, and of Prometheus itself,
and the folder that the rules are in."""

import json
import os
import sys
import urllib.parse

rabbitmq, postgres, prometheus, rules = sys.argv[1:]
silos = {urllib.parse.urlparse(url).netloc for url in os.environ["SILO_HTTP_ALL"].split(",")}
pages = {urllib.parse.urlparse(url).netloc for url in os.environ["METRICS_URLS"].split(",")}
targets = {
    "votes-silo": sorted(silos),
    "votes-ingest": sorted(pages - silos),
    "rabbitmq": [rabbitmq],
    "rabbitmq-queues": [rabbitmq],
    "postgres": [postgres],
    "prometheus": [prometheus],
}

job = None
skipping = False
for line in open("prometheus/prometheus.yml", encoding="utf-8"):
    stripped = line.strip()
    if stripped.startswith("- job_name: "):
        job = stripped.removeprefix("- job_name: ")
        skipping = False
    if stripped in ("dns_sd_configs:", "static_configs:"):
        print("    static_configs: [{targets: %s}]" % json.dumps(targets.pop(job)))
        skipping = True
        continue
    # What follows is deeper than the list's own key, up to the next job.
    if skipping and line.startswith("      "):
        continue
    for key in ("scrape_interval", "evaluation_interval", "scrape_timeout"):
        if stripped.startswith(key + ":"):
            line = "  %s: 1s\n" % key
    print(line.replace("/etc/prometheus", rules), end="")
if targets:
    sys.exit("prometheus.yml has no job " + ", ".join(targets))
