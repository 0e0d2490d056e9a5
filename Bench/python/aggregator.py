#!/usr/bin/python3
"""The aggregator that the vote tally cluster replaces: pika and psycopg2, batches of 100 votes or 1 second.

One transaction a batch: audit rows first, then the totals by UPSERT, moved by what was really inserted. The batch is
acked after the commit; a batch that fails is tried 3 times in all, then the process gives up and the broker keeps it.
It does the same work as the cluster: the same tables, voter keys in place of voter ids, one counted vote per law and
voter. Configured by the environment: AMQP_URL, QUEUE, DATABASE (libpq), VOTER_KEY (base64), METRICS_PORT (optional).
"""

import base64
import collections
import hmac
import json
import os
import signal
import sys
import time
import unicodedata
import uuid

import pika
import psycopg2
import psycopg2.extras

try:
    import prometheus_client
except ImportError:
    prometheus_client = None

PREFETCH = 100
BATCH_MESSAGES = 100
BATCH_SECONDS = 1.0
ATTEMPTS = 3

INSERT_AUDIT = """
    INSERT INTO vote_audit (law_id, voter, vote_id, choice, cast_at) VALUES %s
    ON CONFLICT (law_id, voter) DO NOTHING
    RETURNING law_id, choice
"""
MOVE_TOTALS = """
    INSERT INTO vote_results AS r (law_id, choice, total) VALUES %s
    ON CONFLICT (law_id, choice) DO UPDATE
      SET total = r.total + EXCLUDED.total, version = r.version + 1, updated_at = now()
"""


class Metrics:
    """Counters for Prometheus, where its client is installed."""

    def __init__(self, port):
        self.votes = self.batches = self.seconds = None
        if prometheus_client is None:
            return
        self.votes = prometheus_client.Counter("aggregator_votes", "Votes by outcome", ["outcome"])
        self.batches = prometheus_client.Counter("aggregator_batches", "Batches committed")
        self.seconds = prometheus_client.Histogram("aggregator_batch_seconds", "Time to write a batch")
        if port:
            prometheus_client.start_http_server(port, "127.0.0.1")

    def written(self, counted, other, seconds):
        if self.votes is None:
            return
        self.votes.labels("counted").inc(counted)
        self.votes.labels("not_counted").inc(other)
        self.batches.inc()
        self.seconds.observe(seconds)


class Aggregator:
    def __init__(self, amqp_url, queue, database, voter_key, metrics):
        self.voter_key = voter_key
        self.metrics = metrics
        self.queue = queue
        self.batch = []
        self.last_tag = 0
        self.opened_at = 0.0
        self.stopping = False
        self.database = psycopg2.connect(database)
        psycopg2.extras.register_uuid()
        self.connection = pika.BlockingConnection(pika.URLParameters(amqp_url))
        self.channel = self.connection.channel()
        self.channel.basic_qos(prefetch_count=PREFETCH)

    def run(self):
        for method, _, body in self.channel.consume(self.queue, inactivity_timeout=0.1):
            if method is not None:
                self.add(method.delivery_tag, body)
            if self.is_due():
                self.flush()
            if self.stopping:
                break
        self.channel.cancel()
        self.connection.close()

    def stop(self, *_):
        self.stopping = True

    def add(self, tag, body):
        vote = json.loads(body)
        voter_id = unicodedata.normalize("NFC", vote["voter_id"])
        voter = hmac.digest(self.voter_key, f"{vote['law_id']}\0{voter_id}".encode(), "sha256")[:16]
        if not self.batch:
            self.opened_at = time.monotonic()
        self.batch.append((
            vote["law_id"], uuid.UUID(bytes=voter), uuid.UUID(vote["vote_id"]), vote["choice"], vote["cast_at"]))
        self.last_tag = tag

    def is_due(self):
        return len(self.batch) >= BATCH_MESSAGES or (
            self.batch and time.monotonic() - self.opened_at >= BATCH_SECONDS)

    def flush(self):
        for attempt in range(1, ATTEMPTS + 1):
            try:
                self.write()
                break
            except psycopg2.Error as error:
                self.database.rollback()
                print(f"attempt {attempt} failed: {error}", file=sys.stderr, flush=True)
                if attempt == ATTEMPTS:
                    raise
                time.sleep(0.1 * attempt)
        self.channel.basic_ack(self.last_tag, multiple=True)
        self.batch = []

    def write(self):
        started = time.monotonic()
        with self.database.cursor() as cursor:
            inserted = psycopg2.extras.execute_values(
                cursor, INSERT_AUDIT, self.batch, page_size=BATCH_MESSAGES, fetch=True)
            added = collections.Counter(inserted)
            if added:
                rows = [(law, choice, votes) for (law, choice), votes in sorted(added.items())]
                psycopg2.extras.execute_values(cursor, MOVE_TOTALS, rows, page_size=BATCH_MESSAGES * 2)
        self.database.commit()
        self.metrics.written(len(inserted), len(self.batch) - len(inserted), time.monotonic() - started)


def main():
    aggregator = Aggregator(
        os.environ["AMQP_URL"], os.environ["QUEUE"], os.environ["DATABASE"],
        base64.b64decode(os.environ["VOTER_KEY"]), Metrics(int(os.environ.get("METRICS_PORT", "0"))))
    signal.signal(signal.SIGTERM, aggregator.stop)
    aggregator.run()


if __name__ == "__main__":
    main()
