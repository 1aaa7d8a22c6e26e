#!/usr/bin/env python3
"""Writes the M1 competition file as CSV for `measure_forecasts`.

usage: m1_to_csv.py M1.rda FOLDER     (needs: pip install rdata)
Writes FOLDER/m1_{yearly,quarterly,monthly}.csv with series,part,value.
"""
import pathlib
import sys
import warnings

import rdata


def main(source: str, folder: str) -> None:
    warnings.filterwarnings("ignore")
    series = rdata.read_rda(source)["M1"]
    out = {}
    for name, entry in series.items():
        kind = str(entry["period"][0]).lower()
        if kind not in out:
            out[kind] = (pathlib.Path(folder) / f"m1_{kind}.csv").open("w")
            out[kind].write("series,part,value\n")
        for part, key in (("train", "x"), ("test", "xx")):
            for value in entry[key].values:
                out[kind].write(f"{name},{part},{value}\n")
    for file in out.values():
        file.close()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
