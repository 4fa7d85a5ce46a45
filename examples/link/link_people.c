/* link_people.c: links a CSV file of people and prints who is who.
 *
 *     cc link_people.c $(pkg-config --cflags --libs staithe-link) -o link_people && ./link_people people.csv */
#include <link/linkage.h>
#include <stdio.h>

static const char specification[] = "id: id\n"
                                    "columns:\n"
                                    "  first_name: {kind: given_name, headers: [Forename]}\n"
                                    "  surname: family_name\n"
                                    "  born: {kind: date, headers: [Date of birth]}\n"
                                    "  town: place\n"
                                    "  email: {kind: email, headers: [E-mail]}\n";

int main(int argc, char **argv)
{
    struct linkage *people = linkage_make();
    int status = linkage_specify(people, specification);
    for (int i = 1; i < argc && status == 0; i++)
        status = linkage_add_file(people, argv[i]);
    if (status == 0)
        status = linkage_run(people);
    if (status != 0)
        fprintf(stderr, "%s\n", linkage_error(people));
    for (uint32_t r = 0; r < linkage_records(people); r++)
        printf("%s,%u\n", linkage_id(people, r), linkage_entity(people, r));
    linkage_free(people);
    return status;
}
