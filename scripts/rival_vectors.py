#!/usr/bin/env python3
"""Measures qdrant-edge and usearch on the vectors of `vector_speed`.

usage: vector_speed write VECTORS.f32 100000
       rival_vectors.py VECTORS.f32 100000 [DIM]
       (needs: pip install numpy usearch qdrant-edge-py)
One thread searches, and its processor time counts; building has two threads. Recall of the first 100 queries is
against comparing all vectors, in numpy. `venue` keeps one record of ten,
`collection` one of 200, as in `vector_speed`. usearch (f16) is given no filter:
its Python face has none.
"""
import os
import resource
import sys
import tempfile
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")
import numpy as np

N_QUERIES, N_COMPARED, LIMIT = 500, 100, 10
# What a filter keeps of the numbers of all records.
FILTERS = [("no filter", None, None), ("10 %", "venue", 3), ("0.5 %", "collection", 7)]


def kept(numbers, field, value):
    if field is None:
        return np.ones(len(numbers), bool)
    return (numbers % 10 if field == "venue" else numbers // 10 % 200) == value


def report(name, search, vectors, queries, filters):
    numbers = np.arange(len(vectors))
    for label, field, value in filters:
        among = np.flatnonzero(kept(numbers, field, value))
        wanted = np.argsort(-(queries[:N_COMPARED] @ vectors[among].T), axis=1)[:, :LIMIT]
        best = float("inf")
        for _ in range(3):
            started = time.process_time()
            found = [search(query, field, value) for query in queries]
            best = min(best, time.process_time() - started)
        hits = sum(len(set(among[row]) & set(got)) for row, got in zip(wanted, found))
        print(f"{name}\t{label}\trecall@{LIMIT} {hits / (LIMIT * N_COMPARED):.4f}\t{len(queries) / best:.0f} searches a second of processor time")


def resident_mb():
    pages = int(open("/proc/self/statm").read().split()[1])
    return pages * resource.getpagesize() >> 20


def edge(vectors, queries):
    import qdrant_edge as q

    config = q.EdgeConfig(vectors=q.EdgeVectorParams(size=vectors.shape[1], distance=q.Distance.Dot),
                          optimizers=q.EdgeOptimizersConfig(indexing_threshold=1000, default_segment_number=1))
    before = resident_mb()
    shard = q.EdgeShard.create(tempfile.mkdtemp(), config)
    started = time.perf_counter()
    for field in ["venue", "collection"]:
        shard.update(q.UpdateOperation.create_field_index(field, q.PayloadSchemaType.Integer))
    for first in range(0, len(vectors), 1000):
        points = [q.Point(i, vectors[i].tolist(), {"venue": i % 10, "collection": i // 10 % 200})
                  for i in range(first, min(first + 1000, len(vectors)))]
        shard.update(q.UpdateOperation.upsert_points(points))
    filled = time.perf_counter() - started
    while shard.optimize():
        pass
    print(f"qdrant-edge\tbuild {time.perf_counter() - started:.1f} s (filling {filled:.1f} s)\t"
          f"resident {resident_mb() - before} MB")

    def search(query, field, value):
        among = field and q.Filter(must=[q.FieldCondition(field, match=q.MatchValue(value))])
        request = q.QueryRequest(limit=LIMIT, query=q.Query.Nearest(query.tolist()), filter=among)
        return [point.id for point in shard.query(request)]

    report("qdrant-edge", search, vectors, queries, FILTERS)
    times = []
    for i in range(50):
        started = time.perf_counter()
        shard.update(q.UpdateOperation.upsert_points([q.Point(len(vectors) + i, queries[i].tolist(), {"venue": 1})]))
        found = search(queries[i], None, None)
        times.append(time.perf_counter() - started)
        assert len(vectors) + i in found, "an inserted vector is found at once"
    print(f"qdrant-edge\tinsert and find p50 {sorted(times)[25] * 1e3:.2f} ms")


def usearch(vectors, queries):
    from usearch.index import Index

    before = resident_mb()
    index = Index(ndim=vectors.shape[1], metric="ip", dtype="f16")
    started = time.perf_counter()
    index.add(np.arange(len(vectors)), vectors, threads=2)
    print(f"usearch f16\tbuild {time.perf_counter() - started:.1f} s\tresident {resident_mb() - before} MB")

    def search(query, _field, _value):
        return index.search(query, LIMIT, threads=1).keys.tolist()

    report("usearch f16", search, vectors, queries, FILTERS[:1])


def main():
    path, n = sys.argv[1], int(sys.argv[2])
    dim = int(sys.argv[3]) if len(sys.argv) > 3 else 384
    values = np.fromfile(path, "<f4").reshape(-1, dim)
    vectors, queries = values[:n], values[n:]
    usearch(vectors, queries)
    edge(vectors, queries)


main()
