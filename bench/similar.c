/* similar: the similarity functions of linking, for holding them against another program's (peers/similar.py). Lines of
 * two texts with a tab between them come in; for each a line goes out: Jaro-Winkler similarity, 1 or 0 for at most one
 * edit, the number of edits up to 64. */
#include "link/similar.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    char *line = NULL;
    size_t room = 0;
    for (ssize_t length; (length = getline(&line, &room, stdin)) > 0;) {
        struct slice rest = slice_from(line, (size_t)length - (line[length - 1] == '\n')), a;
        if (!slice_cut(&rest, '\t', &a))
            continue;
        (void)printf("%.17g %d %u\n", similar_jaro_winkler(a, rest), similar_one_edit(a, rest),
                     text_distance(a, rest, 64));
    }
    free(line);
    return 0;
}
