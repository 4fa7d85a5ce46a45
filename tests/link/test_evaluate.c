#include "tests/link/people.h"

#include <math.h>

static void figures_agree_with_counting_every_pair(void **state)
{
    (void)state;
    enum { N = 80 };
    uint64_t random = 9, cluster[N], truth[N];
    uint32_t source[N];
    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < N; i++) {
            cluster[i] = next_random(&random) % 30;
            truth[i] = next_random(&random) % 3 ? cluster[i] : next_random(&random) % 30;
            source[i] = (uint32_t)(next_random(&random) % 2);
        }
        for (int across = 0; across < 2; across++) {
            uint64_t predicted = 0, real = 0, both = 0;
            double b3_precision = 0, b3_recall = 0;
            for (int i = 0; i < N; i++) {
                double same_cluster = 0, same_truth = 0, same = 0;
                for (int j = 0; j < N; j++) {
                    bool c = cluster[i] == cluster[j], t = truth[i] == truth[j];
                    same_cluster += c;
                    same_truth += t;
                    same += c && t;
                    if (j > i && !(across && source[i] == source[j])) {
                        predicted += c;
                        real += t;
                        both += c && t;
                    }
                }
                b3_precision += same / same_cluster / N;
                b3_recall += same / same_truth / N;
            }
            struct link_figures figures;
            link_evaluate(cluster, truth, across ? source : NULL, N, &figures);
            assert_int_equal(figures.predicted_pairs, predicted);
            assert_int_equal(figures.true_pairs, real);
            assert_int_equal(figures.common_pairs, both);
            assert_true(fabs(figures.precision - (double)both / (double)predicted) < 1e-9);
            assert_true(fabs(figures.recall - (double)both / (double)real) < 1e-9);
            assert_true(fabs(figures.b3_precision - b3_precision) < 1e-9);
            assert_true(fabs(figures.b3_recall - b3_recall) < 1e-9);
        }
    }
}

static void nothing_gives_noughts(void **state)
{
    (void)state;
    struct link_figures figures;
    link_evaluate(NULL, NULL, NULL, 0, &figures);
    assert_true(figures.f1 == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_agree_with_counting_every_pair),
        cmocka_unit_test(nothing_gives_noughts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
