"""Hashes the events of a document with the reference program and says how long it took.

Usage: hash.py DOCUMENT ROUNDS. Prints `document N` and `events N`, the median seconds from the document and from its
events in memory to the hashes, and `hash ni:///…` for every event.
"""

import logging
import statistics
import sys
import time

from epcis_event_hash_generator import events_from_file_reader, hash_generator

logging.disable(logging.CRITICAL)
document, rounds = sys.argv[1], int(sys.argv[2])
whole, alone = [], []
for _ in range(rounds):
    before = time.process_time()
    events = events_from_file_reader.event_list_from_file(document)
    between = time.process_time()
    prehashes = hash_generator.derive_prehashes_from_events(events)
    hashes = hash_generator.calculate_hashes_from_pre_hashes(prehashes)
    after = time.process_time()
    whole.append(after - before)
    alone.append(after - between)
print("document", statistics.median(whole))
print("events", statistics.median(alone))
for event_hash in hashes:
    print("hash", event_hash)
