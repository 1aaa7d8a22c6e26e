#!/usr/bin/env python3
"""Measures statsforecast on the files that `measure_forecasts` reads.

usage: rival_forecasts.py PERIODS_PER_YEAR FILE.csv…    (needs: pip install statsforecast)
Prints MASE, coverage of the 95 % interval and series/s on one core for each
model, by the definitions of `measure_forecasts`: errors over the mean absolute
step of the history, mean over the steps of a series, then over series.
"""
import csv
import sys
import time
import warnings

import numpy as np
from statsforecast.models import AutoETS, DynamicOptimizedTheta, Naive


def read(path):
    series = {}
    for row in csv.DictReader(open(path)):
        parts = series.setdefault(row["series"], {"train": [], "test": []})
        parts[row["part"]].append(float(row["value"]))
    return series


def measure(make, series, period):
    errors, inside = [], []
    seconds = 0.0
    for parts in series.values():
        train, test = np.array(parts["train"]), np.array(parts["test"])
        start = time.process_time()
        answer = make().forecast(y=train, h=len(test), level=[95])
        seconds += time.process_time() - start
        scale = np.mean(np.abs(train[period:] - train[:-period]))
        if scale > 0:
            errors.append(np.mean(np.abs(test - answer["mean"])) / scale)
        low, high = answer["lo-95"], answer["hi-95"]
        inside.extend((low <= test) & (test <= high))
    return np.mean(errors), np.mean(inside), len(series) / seconds


def main(period, paths):
    warnings.filterwarnings("ignore")
    for path in paths:
        series = read(path)
        print(f"{path}: {len(series)} series")
        for make in (Naive, lambda: AutoETS(season_length=period),
                     lambda: DynamicOptimizedTheta(season_length=period)):
            make().forecast(y=np.arange(20.0) ** 1.5, h=2, level=[95])  # compile first
            mase, coverage, speed = measure(make, series, period)
            print(f"  {make().__class__.__name__:22} MASE {mase:.4f}  coverage {coverage:.3f}  {speed:.0f} series/s")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(int(sys.argv[1]), sys.argv[2:])
