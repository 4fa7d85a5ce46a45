/* Feeds a fuzz target each file of a folder, the corpus, and one empty input; prints TAP. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s CORPUS-FOLDER\n", argv[0]);
        return 64;
    }
    struct dirent **names;
    int count = scandir(argv[1], &names, NULL, alphasort);
    if (count < 0) {
        perror(argv[1]);
        return 66;
    }
    int replayed = 0;
    LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
    for (int i = 0; i < count; i++) {
        char path[4096];
        if (names[i]->d_name[0] != '.' &&
            snprintf(path, sizeof path, "%s/%s", argv[1], names[i]->d_name) < (int)sizeof path) {
            FILE *file = fopen(path, "rb");
            if (!file) {
                perror(path);
                return 66;
            }
            size_t capacity = 1 << 20, size = 0, got;
            uint8_t *data = malloc(capacity);
            while (data && (got = fread(data + size, 1, capacity - size, file)) > 0)
                if ((size += got) == capacity)
                    data = realloc(data, capacity *= 2);
            fclose(file);
            if (!data)
                return 71;
            LLVMFuzzerTestOneInput(data, size);
            free(data);
            replayed++;
        }
        free(names[i]);
    }
    free(names);
    /* An empty corpus is a mistake of ours, not a pass. */
    printf("1..1\n%s 1 - %d inputs replayed\n", replayed ? "ok" : "not ok", replayed);
    return replayed ? 0 : 1;
}
