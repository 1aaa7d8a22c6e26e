#!/usr/bin/env python3
"""Measures BERTopic beside a summary of `trithuc topics fit`, by one program.

usage: rival_topics.py TEXTS.jsonl SUMMARY.jsonl
       (needs: pip install umap-learn hdbscan scikit-learn plotly; pip install --no-deps bertopic)
TEXTS: lines with id, title, text (or abstract), as `topics fit` reads them.
Prints for each: topics, texts outside of them, NPMI coherence and diversity of
the ten best words. A word of a topic is looked for as it is written, in
lower case, among the words of title and text and the parts of those with hyphens; NPMI is the mean over pairs, -1 for a pair that never meets, then the
mean over topics. BERTopic has its own defaults, but for the smallest size of a
topic and, in a second row, English stop words; its vectors are TF-IDF in 128
latent dimensions, which is what `topics fit` finds its topics in without a model.
"""
import itertools
import json
import math
import re
import sys
import time

from bertopic import BERTopic
from bertopic.dimensionality import BaseDimensionalityReduction
from hdbscan import HDBSCAN
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.preprocessing import normalize
from umap import UMAP

N_WORDS = 10
SMALLEST = [10, 50]


def read(path):
    rows = map(json.loads, open(path))
    return [f"{row['title']}\n{row.get('text') or row.get('abstract') or ''}" for row in rows]


def words_of(text):
    """Words as written and, of those with hyphens, their parts."""
    whole = re.findall(r"[^\W_]+(?:-[^\W_]+)*", text.lower())
    return [part for word in whole for part in {word, *word.split("-")}]


def places(texts):
    """For each word the numbers of the texts that have it."""
    found = {}
    for number, text in enumerate(texts):
        for word in set(words_of(text)):
            found.setdefault(word, set()).add(number)
    return found


def npmi(a, b, n):
    both = len(a & b)
    if both == 0:
        return -1.0
    return math.log(both * n / (len(a) * len(b))) / -math.log(both / n)


def measure(topics, found, n):
    def coherence(words):
        lists = [found.get(word, set()) for word in words]
        pairs = [npmi(a, b, n) for a, b in itertools.combinations(lists, 2)]
        return sum(pairs) / max(1, len(pairs))

    whole = [word for words in topics for word in words]
    return sum(map(coherence, topics)) / len(topics), len(set(whole)) / len(whole)


def say(name, topics, n_outside, found, n):
    coherence, diversity = measure(topics, found, n)
    print(f"{name}: {len(topics)} topics, {n_outside} texts outside, "
          f"NPMI {coherence:.3f}, diversity {diversity:.3f}", flush=True)


def latent(texts):
    rows = TfidfVectorizer(stop_words="english", sublinear_tf=True, min_df=5, max_df=0.3).fit_transform(texts)
    return normalize(TruncatedSVD(128, random_state=1).fit_transform(rows))


def best_words(model):
    topics = model.get_topics()
    return [[word for word, _ in topics[t][:N_WORDS]] for t in sorted(topics) if t >= 0]


def main(texts_path, summary_path):
    texts = read(texts_path)
    found, n = places(texts), len(texts)
    ours = [json.loads(line) for line in open(summary_path)]
    say("trithuc", [topic["terms"][:N_WORDS] for topic in ours],
        n - sum(topic["size"] for topic in ours), found, n)
    start = time.process_time()
    points = latent(texts)
    near = UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=1)
    points = near.fit_transform(points)
    print(f"latent space and UMAP: {time.process_time() - start:.0f} s of processor time", flush=True)
    for smallest in SMALLEST:
        start = time.process_time()
        model = BERTopic(embedding_model=None, umap_model=BaseDimensionalityReduction(),
                         hdbscan_model=HDBSCAN(min_cluster_size=smallest, prediction_data=True))
        of, _ = model.fit_transform(texts, points)
        seconds = time.process_time() - start
        name = f"BERTopic, topics of {smallest} or more ({seconds:.0f} s)"
        say(name, best_words(model), list(of).count(-1), found, n)
        model.update_topics(texts, vectorizer_model=CountVectorizer(stop_words="english"))
        say(f"{name}, stop words", best_words(model), list(of).count(-1), found, n)


if __name__ == "__main__":
    main(*sys.argv[1:])
