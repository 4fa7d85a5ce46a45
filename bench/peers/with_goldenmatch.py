#!/usr/bin/env python3
"""Links one data set with GoldenMatch: with_goldenmatch.py SET OUT.csv FILE… [--sweep].

As its own bake-off runs it (its column gm_prob_native): the Fellegi-Sunter model that its automatic configuration makes
(auto_configure_probabilistic_df), with the native kernel and no memory of earlier runs; nothing is set by hand. Two files are
put one below the other, as its FEBRL4 loader does. Runs in the environment that run.py makes; one process, CSV in, clusters out.
--sweep: no timing is taken of it; writes OUT.csv.<n> for a range of link thresholds, named in OUT.csv.thresholds.
"""
import csv
import json
import os
import sys

os.environ.setdefault("GOLDENMATCH_AUTOCONFIG_MEMORY", "0")
os.environ.setdefault("GOLDENMATCH_PLANNER_BUCKET", "1")
os.environ.setdefault("GOLDENMATCH_NATIVE", "auto")
os.environ.setdefault("GOLDENMATCH_FS_NATIVE", "1")

import pyarrow as pa  # noqa: E402
import pyarrow.csv  # noqa: E402
from goldenmatch import dedupe_df  # noqa: E402
from goldenmatch.core.autoconfig import auto_configure_probabilistic_df  # noqa: E402

THRESHOLDS = [None, 0.4, 0.45, 0.55, 0.65, 0.8]  # its own is often 0.5


def read(path):
    with open(path, newline="", encoding="utf-8") as file:
        header = next(csv.reader(file))
    table = pyarrow.csv.read_csv(path, convert_options=pyarrow.csv.ConvertOptions(
        column_types={name: pa.string() for name in header}, strings_can_be_null=True, null_values=[""]),
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True))
    return table.rename_columns(["record_id"] + header[1:])


def link(table, config, threshold):
    config = config.model_copy(deep=True)
    for key in config.get_matchkeys():
        if threshold is not None:
            key.link_threshold = threshold
        if getattr(key, "type", None) == "weighted":
            key.rerank = False  # else it may fetch a language model
    return dedupe_df(table, config=config)


def write(result, table, path):
    ids = table.column("record_id").to_pylist()
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["id", "cluster"])
        for number, cluster in (result.clusters or {}).items():
            for member in cluster["members"] if isinstance(cluster, dict) else cluster.members:
                writer.writerow([ids[member], number])


def main(out, files, sweep):
    table = pa.concat_tables([read(path) for path in files])
    config = auto_configure_probabilistic_df(table)
    if not sweep:
        write(link(table, config, None), table, out)
        return
    names = []
    for threshold in THRESHOLDS:
        write(link(table, config, threshold), table, f"{out}.{len(names)}")
        names.append("its own" if threshold is None else f"{threshold:.9g}")
    with open(f"{out}.thresholds", "w", encoding="utf-8") as file:
        json.dump(names, file)


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if word != "--sweep"]
    if len(words) < 3:
        sys.exit("usage: with_goldenmatch.py SET OUT.csv FILE… [--sweep]")
    main(words[1], words[2:], "--sweep" in sys.argv)
