/* nickname.c: short and other forms of given names common in Britain, one name a line, its forms after it.
 *
 * A form may stand in several lines (alex, chris, jo): two names agree when they share a line. Written by hand; a model
 * learns more from the data (train.c). Lines are looked up once for each distinct token. */
#include "link/dictionary.h"
#include "link/similar.h"

static const char *const lines[] = {
    "abigail abi abbie gail",
    "adam ad",
    "agnes aggie nessie",
    "alan al allan allen",
    "albert bert al bertie albie",
    "alexander alex alec sandy xander al lex sasha",
    "alexandra alex sandra lexi sasha alexa",
    "alfred alf alfie fred",
    "alice ali alicia",
    "alison ali alyson allison",
    "amanda mandy",
    "andrew andy drew",
    "angela angie ange",
    "ann anne anna annie nan nancy hannah ana",
    "anthony tony antony ant",
    "antonia toni",
    "archibald archie",
    "arthur art artie",
    "barbara barb babs barbie",
    "barry baz bazza",
    "benjamin ben benny benji",
    "bernard bernie",
    "beatrice bea trixie",
    "bridget biddy bridie",
    "cameron cam",
    "caroline carol carrie caz carolyn",
    "catherine katherine kathryn cath cathy kate katie katy kathy kath kitty kat kay catharine katharine kit",
    "cecilia celia cissie",
    "charles charlie chas chuck",
    "charlotte charlie lottie lotte char charl",
    "christine chris chrissie tina",
    "christina chris tina chrissie",
    "christopher chris kit topher",
    "clarence clarrie",
    "constance connie",
    "daniel dan danny",
    "danielle dani",
    "david dave davy davey dai",
    "deborah debbie deb debra",
    "derek del",
    "desmond des",
    "diana di diane dianne",
    "dominic dom",
    "donald don donny",
    "dorothy dot dottie dolly dora",
    "douglas doug",
    "edmund ed eddie ted ned",
    "edward ed eddie ted teddy ned",
    "edwin ed eddie",
    "eleanor nora ellie nell nellie elle ellen elinor",
    "elizabeth liz lizzie beth betty bess eliza elsie libby lisa betsy lizzy elisabeth lilibet",
    "emily em emmy emmie millie",
    "emma em emmie",
    "ernest ernie",
    "eugene gene",
    "evelyn eve evie",
    "florence flo florrie flossie",
    "frances fran frankie fanny francie",
    "francis frank fran francisco frankie",
    "frederick fred freddie freddy fredrick frederic",
    "gabriel gabe",
    "gareth gaz",
    "gary gaz gazza garry",
    "darren daz dazza",
    "lorraine lorrie lorri loraine",
    "geoffrey geoff jeff jeffrey",
    "george georgie",
    "georgina georgie gina georgia",
    "gerald gerry jerry",
    "gerard gerry ged",
    "gertrude gert gertie trudy",
    "gillian gill jill jillian",
    "gladys glad",
    "gordon gordie",
    "grace gracie",
    "graham gray graeme",
    "gregory greg gregor",
    "gwendoline gwen",
    "hannah han",
    "harold harry hal",
    "harriet hattie harrie",
    "helen nell nellie helena ellen nel",
    "henry harry hal hank",
    "henrietta hetty etta",
    "herbert bert herb bertie",
    "horace horry",
    "hubert bert",
    "hugh hughie huw",
    "irene rene reenie renie",
    "isaac ike zac",
    "isabel bel bella izzy isabella isobel isabelle ella belle",
    "jack john jackie",
    "jacob jake",
    "jacqueline jackie jacqui jaqueline jacquie",
    "james jim jimmy jamie jem",
    "jane janie janey jenny jayne",
    "janet jan",
    "janice jan",
    "jean jeannie",
    "jeffrey jeff geoff",
    "jennifer jen jenny jenni",
    "jeremy jerry jez jem",
    "jessica jess jessie",
    "joan joanie",
    "joanna jo joanne jo-anne",
    "jonathan jon jonny jonathon john jonty",
    "john johnny jack jon johnnie",
    "joseph joe joey jo",
    "josephine jo josie",
    "joshua josh",
    "joyce joy",
    "judith judy jude",
    "julia julie jules",
    "julian jules",
    "katrina trina",
    "kathleen kath kathy kay kate",
    "kenneth ken kenny",
    "kevin kev",
    "kimberley kim kimberly",
    "laura laurie lora",
    "lawrence larry laurie laurence lawrie",
    "leonard len lenny leo",
    "leslie les lesley",
    "lewis lew louis lou",
    "lillian lily lil lilian",
    "louise lou louisa",
    "lucy lu lucia",
    "lydia liddy",
    "lynne lyn lynn lynda linda",
    "madeleine maddie maddy madeline",
    "malcolm mal malc",
    "margaret maggie peggy meg marge madge margie rita daisy greta mags margery peg",
    "maria marie mary mia",
    "marilyn mal lyn maz",
    "martha mattie patty",
    "martin marty martyn",
    "mary molly polly may mamie minnie",
    "matilda tilly mattie maud",
    "matthew matt mat",
    "maureen mo reenie",
    "maurice mo morris",
    "maxwell max",
    "megan meg",
    "melanie mel",
    "melissa mel missy lissa",
    "cynthia cindy cyn",
    "lucinda cindy lucy lu",
    "madison maddie maddy",
    "michael mike mick mickey micky mikey",
    "michelle shell chelle",
    "mildred millie",
    "miriam mim",
    "mohammed muhammad mohamed mohammad mo muhammed mohamad",
    "muriel mu",
    "nathaniel nat nathan nate",
    "nathan nate nat",
    "natalie nat",
    "natasha tasha tash",
    "neil neal",
    "neville nev",
    "nicholas nick nicky nicolas nik",
    "nicola nicky nikki nic nicole",
    "norman norm",
    "oliver ollie olly",
    "olivia liv livvy ollie",
    "oscar oz",
    "pamela pam",
    "patricia pat patsy trish tricia patti paddy",
    "patrick pat paddy",
    "paula paulie",
    "pauline paul",
    "penelope penny pen",
    "percival percy",
    "peter pete piotr",
    "philip phil pip phillip",
    "philippa pippa pip",
    "phyllis phyl",
    "priscilla cilla",
    "rachel rach rachael",
    "raymond ray",
    "rebecca becky becca bex beck",
    "reginald reg reggie rex",
    "richard dick rick ricky richie rich dickie",
    "robert bob rob bobby robbie bert robin",
    "roderick rod roddy",
    "rodney rod",
    "roger rog",
    "roland rolly",
    "ronald ron ronnie",
    "rosemary rosie rose ros",
    "rose rosie",
    "rosalind ros rosie rose roz",
    "rupert rup",
    "russell russ",
    "ruth ruthie",
    "samantha sam sammy",
    "samuel sam sammy",
    "sandra sandy",
    "sarah sally sara sadie sal",
    "sebastian seb",
    "sharon shaz",
    "sheila shelagh",
    "shirley shirl",
    "sidney sid sydney",
    "simon si",
    "sophie sophia soph",
    "stanley stan",
    "stephanie steph stef",
    "stephen steve steven stevie ste",
    "stuart stu stewart",
    "susan sue susie suzie suzy susanna susannah suzanne",
    "sylvia syl sylvie",
    "terence terry terrance tel",
    "teresa terry tess theresa terri",
    "theodore theo ted teddy",
    "thomas tom tommy thos",
    "timothy tim timmy",
    "trevor trev",
    "tracy trace tracey",
    "ursula ursie",
    "valerie val",
    "vanessa nessa",
    "veronica ronnie vera",
    "victor vic",
    "victoria vicky vicki tori vic vikki tor torie vickie",
    "vincent vince vinny",
    "violet vi",
    "virginia ginny",
    "vivian viv vivien",
    "walter wally walt wal",
    "wilfred wilf fred",
    "william bill will billy willie wm liam",
    "winifred win winnie freda",
    "yvonne evie von",
    "zachary zac zach zack",
    "zoe zo",
    "tomasz tomek",
    "katarzyna kasia",
    "malgorzata gosia",
    "agnieszka aga",
    "krzysztof krzys kris chris",
    "piotr piotrek",
    "aleksandra ola",
    "joanna asia",
    "magdalena magda",
    "jakub kuba",
    "karen kaz karin",
    "beryl bez",
    "maureen moreen maurine",
    "agatha aggie",
    "alistair alastair alasdair ally",
    "algernon algie algy",
    "amy aimee",
    "angus gus",
    "aubrey aub",
    "augustus gus august",
    "barnaby barney",
    "bartholomew bart",
    "brian bryan",
    "callum calum cal",
    "carl karl",
    "claire clare",
    "clifford cliff",
    "clifton cliff",
    "conrad con",
    "cuthbert bert",
    "damian damien",
    "dennis denis den denny",
    "dorothea thea dora dot",
    "doreen reenie dor",
    "dolores lola",
    "duncan dunc",
    "edith edie",
    "eunice una euny",
    "eileen aileen",
    "elijah eli",
    "emmanuel manny",
    "eric erik",
    "esther essie",
    "felicity flick fliss",
    "fergus gus",
    "finlay finley fin",
    "fiona fi",
    "francesca fran frankie chess",
    "frederica freddie",
    "gemma gem",
    "geraldine gerry",
    "gilbert gil bert",
    "hayley hailey haley",
    "hester hetty",
    "hilary hilly",
    "honora nora",
    "ian iain",
    "ignatius iggy",
    "imogen immy imo",
    "jason jase",
    "jasmine jas jaz",
    "jemima jem mima",
    "jerome jerry",
    "jocelyn joss",
    "kerry kerri kerrie",
    "keziah kezia kizzy",
    "kieran kieron",
    "kirsty kirstie",
    "lee leigh",
    "leonora nora",
    "leopold leo",
    "lindsay lindsey",
    "marcus marc",
    "marian marion",
    "mark marc",
    "mavis mave",
    "millicent millie milly",
    "mitchell mitch",
    "montague monty",
    "nigel nige",
    "olive ollie",
    "owen owain eoin",
    "phoebe phebe",
    "prudence pru",
    "ralph rafe",
    "rhys reece rees",
    "rosalyn ros",
    "roxanne roxy",
    "sean shaun shawn",
    "stacey stacy",
    "tabitha tabby",
    "tamsin tam tammy",
    "tamara tam tammy",
    "theodora theo dora thea",
    "tiffany tiff",
    "tobias toby",
    "tristan tris",
    "valentine val",
    "wesley wes",
    "wilhelmina mina billie",
    "dafydd david dai",
    "seamus james",
    "padraig patrick paddy",
    "zachariah zac zack",
};

struct nicknames {
    struct dictionary names;
    uint16_t (*lines)[NICKNAME_LINES]; /* by code */
    uint8_t *counts;
};

struct nicknames *nicknames_make(struct arena *arena)
{
    enum { NAMES_MOST = 4096 };
    struct nicknames *nicknames = arena_new(arena, struct nicknames);
    dictionary_start(&nicknames->names, arena);
    nicknames->lines = arena_alloc(arena, sizeof *nicknames->lines, NAMES_MOST, _Alignof(uint16_t));
    nicknames->counts = arena_array(arena, uint8_t, NAMES_MOST);
    for (size_t i = 0; i < countof(lines); i++) {
        struct slice rest = slice_of(lines[i]), word;
        while (slice_cut(&rest, ' ', &word)) {
            uint32_t code = dictionary_add(&nicknames->names, word);
            must(code < NAMES_MOST);
            if (nicknames->counts[code] < NICKNAME_LINES)
                nicknames->lines[code][nicknames->counts[code]++] = (uint16_t)(i + 1);
        }
    }
    return nicknames;
}

unsigned nicknames_lines(const struct nicknames *nicknames, struct slice name, uint16_t ret_lines[NICKNAME_LINES])
{
    uint32_t code = dictionary_find(&nicknames->names, name);
    if (!code)
        return 0;
    memcpy(ret_lines, nicknames->lines[code], sizeof nicknames->lines[code]);
    return nicknames->counts[code];
}

unsigned nicknames_near(const struct nicknames *nicknames, struct slice name, uint16_t ret_lines[NICKNAME_LINES])
{
    unsigned count = 0;
    if (name.len < 4 || dictionary_find(&nicknames->names, name))
        return 0;
    for (size_t code = 1; code < nicknames->names.count; code++) {
        struct slice known = nicknames->names.texts[code];
        if (known.len < 3 || known.len + 1 < name.len || known.len > name.len + 1 || !similar_one_edit(name, known))
            continue;
        for (unsigned i = 0; i < nicknames->counts[code] && count < NICKNAME_LINES; i++) {
            bool there = false;
            for (unsigned k = 0; k < count; k++)
                there |= ret_lines[k] == nicknames->lines[code][i];
            if (!there)
                ret_lines[count++] = nicknames->lines[code][i];
        }
    }
    return count;
}

static bool line_has(struct slice line, struct slice name)
{
    struct slice word;
    while (slice_cut(&line, ' ', &word))
        if (slice_equal(word, name))
            return true;
    return false;
}

size_t nickname_forms(struct slice name, struct arena *arena, struct slice **ret)
{
    size_t count = 0, capacity = 0;
    *ret = NULL;
    for (size_t i = 0; i < countof(lines); i++) {
        struct slice rest = slice_of(lines[i]), word;
        if (!line_has(rest, name))
            continue;
        while (slice_cut(&rest, ' ', &word)) {
            bool known = slice_equal(word, name);
            for (size_t k = 0; k < count && !known; k++)
                known = slice_equal((*ret)[k], word);
            if (known)
                continue;
            ARENA_GROW(arena, *ret, count, capacity);
            (*ret)[count++] = word;
        }
    }
    return count;
}
