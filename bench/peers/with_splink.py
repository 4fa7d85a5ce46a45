#!/usr/bin/env python3
"""Links one data set with Splink: with_splink.py SET OUT.csv FILE… [--sweep].

The settings are those that Splink's own documentation publishes for these sets: the demos "Linking a dataset of real historical
persons" (deduplicate_50k_synthetic), "Deduplicating the febrl3 dataset", "Linking the febrl4 datasets" (the detailed model) and
the tutorial (fake_1000). Charts are left out. Runs in the environment that run.py makes; one process, CSV in, clusters out.
--sweep: no timing is taken of it; writes OUT.csv.<n> for a range of thresholds, named in OUT.csv.thresholds, so that the best
one can be picked with the truth in hand.
"""
import csv
import json
import sys

import duckdb
import splink.comparison_library as cl
from splink import ColumnExpression, DuckDBAPI, Linker, SettingsCreator, block_on

THRESHOLDS = [0.01, 0.1, 0.2, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999, 0.9999, 0.99999, 1 - 1e-6, 1 - 1e-7, 1 - 1e-8]


def read(connection, path):
    """All columns as text, as the demos have them; empty is null."""
    return connection.sql(f"select * from read_csv('{path}', header = true, all_varchar = true, nullstr = '')")


class Historical:
    id, predict, cluster, published = "unique_id", None, 0.95, "0.95 (demo)"
    rules = [
        ("substr(first_name,1,3)", "substr(surname,1,4)"), ("surname", "dob"), ("first_name", "dob"), ("postcode_fake", "first_name"),
        ("postcode_fake", "surname"), ("dob", "birth_place"), ("substr(postcode_fake,1,3)", "dob"),
        ("substr(postcode_fake,1,3)", "first_name"), ("substr(postcode_fake,1,3)", "surname"),
        ("substr(first_name,1,2)", "substr(surname,1,2)", "substr(dob,1,4)"),
    ]

    def settings(self):
        return SettingsCreator(
            link_type="dedupe_only", unique_id_column_name=self.id,
            blocking_rules_to_generate_predictions=[block_on(*rule) for rule in self.rules],
            comparisons=[
                cl.ForenameSurnameComparison("first_name", "surname", forename_surname_concat_col_name="first_name_surname_concat"),
                cl.DateOfBirthComparison("dob", input_is_string=True),
                cl.PostcodeComparison("postcode_fake"),
                cl.ExactMatch("birth_place").configure(term_frequency_adjustments=True),
                cl.ExactMatch("occupation").configure(term_frequency_adjustments=True),
            ],
            retain_intermediate_calculation_columns=True)

    def shape(self, table):
        return table.project("*, first_name || ' ' || surname as first_name_surname_concat")

    def train(self, training):
        training.estimate_probability_two_random_records_match(
            [block_on("first_name", "surname", "dob"),
             block_on("substr(first_name,1,2)", "surname", "substr(postcode_fake,1,2)"), block_on("dob", "postcode_fake")],
            recall=0.6)
        training.estimate_u_using_random_sampling(max_pairs=1e7)
        for rule in (block_on("first_name", "surname"), block_on("dob")):
            training.estimate_parameters_using_expectation_maximisation(rule, estimate_without_term_frequencies=True)


class Febrl3:
    id, predict, cluster, published = "rec_id", 0.2, 0.95, "0.95 (the demo does not cluster; the quick start's)"

    def settings(self):
        return SettingsCreator(
            unique_id_column_name=self.id, link_type="dedupe_only",
            blocking_rules_to_generate_predictions=[
                block_on(column) for column in ("soc_sec_id", "given_name", "surname", "date_of_birth", "postcode")],
            comparisons=[
                cl.NameComparison("given_name"), cl.NameComparison("surname"),
                cl.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d"),
                cl.DamerauLevenshteinAtThresholds("soc_sec_id", [2]),
                cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
                cl.ExactMatch("postcode").configure(term_frequency_adjustments=True),
            ],
            retain_intermediate_calculation_columns=True)

    def shape(self, table):
        return table

    def train(self, training):
        training.estimate_probability_two_random_records_match(
            [block_on("soc_sec_id"), block_on("given_name", "surname", "date_of_birth"),
             "l.given_name = r.surname and l.surname = r.given_name and l.date_of_birth = r.date_of_birth"], recall=0.9)
        training.estimate_u_using_random_sampling(max_pairs=1e6, seed=2)
        for rule in (block_on("date_of_birth"), block_on("postcode")):
            training.estimate_parameters_using_expectation_maximisation(rule)


class Febrl4(Febrl3):
    predict, cluster, published = 0.2, 0.99, "0.99 (demo)"

    def settings(self):
        return SettingsCreator(
            unique_id_column_name=self.id, link_type="link_only",
            blocking_rules_to_generate_predictions=[
                block_on("given_name", "surname"), "l.given_name = r.surname and l.surname = r.given_name", block_on("date_of_birth"),
                block_on("soc_sec_id"), block_on("state", "address_1"), block_on("street_number", "address_1"), block_on("postcode")],
            comparisons=[
                cl.NameComparison("given_name").configure(term_frequency_adjustments=True),
                cl.NameComparison("surname").configure(term_frequency_adjustments=True),
                cl.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d", invalid_dates_as_null=True),
                cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
                cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
                cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]).configure(term_frequency_adjustments=True),
            ],
            retain_intermediate_calculation_columns=True)

    def train(self, training):
        training.estimate_probability_two_random_records_match(
            [block_on("soc_sec_id"), block_on("given_name", "surname", "date_of_birth")], recall=0.8)
        training.estimate_u_using_random_sampling(max_pairs=1e6)
        for rule in (block_on("date_of_birth"), block_on("postcode")):
            training.estimate_parameters_using_expectation_maximisation(rule, estimate_without_term_frequencies=True)


class Fake1000:
    id, predict, cluster, published = "unique_id", 0.1, 0.2, "0.2 (tutorial)"

    def settings(self):
        return SettingsCreator(
            link_type="dedupe_only", unique_id_column_name=self.id,
            comparisons=[
                cl.NameComparison("first_name"), cl.NameComparison("surname"),
                cl.LevenshteinAtThresholds(ColumnExpression("dob").cast_to_string(), 1),
                cl.ExactMatch("city").configure(term_frequency_adjustments=True), cl.EmailComparison("email"),
            ],
            blocking_rules_to_generate_predictions=[block_on("first_name", "city"), block_on("surname"), block_on("dob")],
            retain_intermediate_calculation_columns=True)

    def shape(self, table):
        return table

    def train(self, training):
        training.estimate_probability_two_random_records_match(
            [block_on("first_name", "dob"), "l.first_name = r.first_name and levenshtein(r.surname, l.surname) <= 2", block_on("email")],
            recall=0.7)
        training.estimate_u_using_random_sampling(max_pairs=2e6)
        for rule in (block_on("first_name", "surname"), block_on("dob")):
            training.estimate_parameters_using_expectation_maximisation(rule)


SETS = {"historical_50k": Historical(), "million": Historical(), "febrl3": Febrl3(), "febrl4": Febrl4(), "fake_1000": Fake1000()}


def write(clusters, column, path):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["id", "cluster"])
        writer.writerows(clusters.as_duckdbpyrelation().project(f"{column}, cluster_id").fetchall())


def main(name, out, files, sweep):
    chosen = SETS[name]
    connection = duckdb.connect()
    connection.execute("set enable_progress_bar = false")
    api = DuckDBAPI(connection=connection)
    tables = [api.register(chosen.shape(read(connection, path))) for path in files]
    linker = Linker(tables if len(tables) > 1 else tables[0], chosen.settings())
    chosen.train(linker.training)
    lowest = {} if chosen.predict is None else {"threshold_match_probability": chosen.predict}
    found = linker.inference.predict(**({} if sweep else lowest))
    cluster = linker.clustering.cluster_pairwise_predictions_at_threshold
    if not sweep:
        write(cluster(found, threshold_match_probability=chosen.cluster), chosen.id, out)
        return
    names = []
    for threshold in THRESHOLDS:
        write(cluster(found, threshold_match_probability=threshold), chosen.id, f"{out}.{len(names)}")
        names.append(f"{threshold:.9g}")
    with open(f"{out}.thresholds", "w", encoding="utf-8") as file:
        json.dump(names, file)


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if word != "--sweep"]
    if len(words) < 3 or words[0] not in SETS:
        sys.exit(f"usage: with_splink.py {'|'.join(SETS)} OUT.csv FILE… [--sweep]")
    main(words[0], words[1], words[2:], "--sweep" in sys.argv)
