/* name_tables.c: see name_tables.h for the sources of each list. Words only; the weights are in names.c. */
#include "sample/name_tables.h"

#include <stddef.h>

/* clang-format off */
const char *const name_girls[NAME_DECADES] = {
    /* 1924 */
    "Margaret Mary Joan Joyce Dorothy Kathleen Doris Irene Betty Eileen Doreen Lilian Vera Jean Marjorie Barbara Edna Gladys Audrey "
    "Elsie Florence Hilda Winifred Olive Violet Elizabeth Edith Ivy Peggy Phyllis Evelyn Iris Annie Rose Muriel Beryl Sheila Alice "
    "Hazel Ethel Sylvia Ellen Nora Norah Freda Mabel Nellie Constance Ruth Catherine Stella Rita Marion Daphne Grace Enid Pamela "
    "Queenie Emily Eva Lily Gwendoline Agnes Monica Patricia Eunice Mavis Thelma Ada Sarah Jessie Ida Kathleen Millicent",
    /* 1934 */
    "Margaret Jean Mary Joan Patricia Sheila Barbara Doreen June Shirley Dorothy Joyce Maureen Elizabeth Audrey Brenda Kathleen "
    "Sylvia Eileen Pamela Betty Beryl Ann Irene Jacqueline Rita Hazel Beryl Janet Norma Iris Eunice Ruth Josephine Marjorie Marion Doris "
    "Pauline Anne Valerie Vera Peggy Joy Olive Rosemary Daphne Mavis Thelma Stella Monica Gillian Catherine Jill Evelyn Yvonne "
    "Freda Violet Judith Rose Ivy Muriel Edna Hilda Avril Winifred Rosalind Constance Ellen Heather Florence Gwendoline Elsie",
    /* 1944 */
    "Margaret Patricia Christine Mary Jean Ann Susan Janet Maureen Barbara Valerie Carol Sandra Pauline Elizabeth Joan Pamela "
    "Jennifer Kathleen Anne Sheila Brenda Gillian Linda Jacqueline Dorothy Rosemary Judith Josephine Sylvia Shirley Wendy Joyce "
    "Eileen Marion Doreen Carole Irene Jill Hazel Beryl Rita Diana Angela Hilary Yvonne Veronica Marilyn Vivien Diane Audrey Betty "
    "June Joy Lesley Penelope Rosalind Heather Frances Ruth Janice Norma Catherine Geraldine Helen Sally Jane Theresa Gloria",
    /* 1954 */
    "Susan Linda Christine Margaret Carol Jennifer Janet Patricia Barbara Ann Sandra Pamela Pauline Jean Jacqueline Kathleen Sheila "
    "Valerie Maureen Gillian Marilyn Elizabeth Lesley Catherine Brenda Wendy Angela Rosemary Shirley Diane Joan Jane Lynne Irene "
    "Janice Elaine Heather Marion June Eileen Denise Doreen Judith Sylvia Helen Yvonne Hilary Dorothy Joyce Julia Teresa Hazel "
    "Frances Mary Carole Glynis Vivienne Gail Anne Sally Lynda Maria Beverley Julie Theresa Ruth Deborah Stephanie Lorraine Rita",
    /* 1964 */
    "Susan Julie Karen Jacqueline Deborah Tracey Jane Helen Diane Sharon Tracy Angela Sarah Alison Caroline Amanda Sandra Linda "
    "Catherine Elizabeth Carol Joanne Wendy Janet Dawn Christine Nicola Lesley Jennifer Elaine Lorraine Gillian Louise Heather Maria "
    "Debra Beverley Michelle Mandy Anne Fiona Paula Kim Anita Jayne Margaret Ann Claire Denise Lynn Maxine Patricia Kathryn Lisa Teresa "
    "Andrea Rosemary Suzanne Pamela Sally Annette Janice Judith Cheryl Yvonne Philippa Donna Kathleen Hazel Melanie Dianne",
    /* 1974 */
    "Sarah Claire Nicola Emma Lisa Joanne Michelle Helen Samantha Karen Victoria Rachel Louise Julie Clare Rebecca Sharon Amanda "
    "Alison Tracey Angela Jane Kelly Kerry Tracy Donna Jennifer Elizabeth Catherine Jacqueline Melanie Natalie Andrea Joanna Caroline "
    "Dawn Deborah Zoe Paula Anna Katherine Heather Susan Lorraine Marie Amy Tina Natasha Charlotte Kathryn Wendy Maria Lucy Kate "
    "Ruth Lesley Leanne Teresa Suzanne Vanessa Sally Tara Gemma Maxine Annette Fiona Hayley Christine Lindsey Tanya Anne Katie",
    /* 1984 */
    "Sarah Laura Gemma Emma Rebecca Claire Victoria Samantha Rachel Amy Jennifer Nicola Katie Lisa Kelly Natalie Louise Michelle "
    "Hayley Hannah Helen Charlotte Joanne Lucy Elizabeth Leanne Danielle Donna Katherine Clare Stephanie Stacey Lauren Jane Kerry "
    "Emily Catherine Sophie Anna Jessica Zoe Kirsty Kimberley Kate Jenna Caroline Natasha Rachael Amanda Kathryn Karen Alexandra "
    "Jodie Alison Sara Jemma Carly Heather Holly Ruth Fiona Suzanne Melissa Angela Naomi Katy Vicki Lindsey Kayleigh Cheryl Abigail",
    /* 1994 */
    "Rebecca Lauren Jessica Charlotte Hannah Sophie Amy Emily Laura Emma Chloe Sarah Lucy Katie Bethany Jade Megan Danielle Samantha "
    "Natalie Holly Abigail Olivia Rachel Alice Victoria Elizabeth Georgia Natasha Zoe Eleanor Stephanie Shannon Gemma Kirsty Paige "
    "Jodie Kayleigh Ashleigh Melissa Harriet Amber Alexandra Hayley Georgina Louise Molly Jennifer Naomi Kelly Eloise Leah Ellie "
    "Rosie Rhiannon Abbie Stacey Kimberley Toni Imogen Chelsea Kerry Helen Anna Lydia Courtney Isobel Claire Francesca Nicole Kate",
    /* 2004 */
    "Emily Ellie Jessica Sophie Chloe Lucy Olivia Charlotte Katie Megan Grace Hannah Amy Ella Mia Lily Abigail Emma Amelia Molly Lauren "
    "Millie Holly Leah Caitlin Rebecca Georgia Bethany Eleanor Isabelle Daisy Elizabeth Jasmine Erin Alice Ruby Evie Paige Freya Phoebe "
    "Abbie Amber Niamh Isabella Shannon Poppy Keira Libby Imogen Summer Aimee Anna Sarah Nicole Zoe Sienna Scarlett Maisie Madison "
    "Harriet Courtney Rosie Isobel Tia Eve Matilda Zara Maddison Skye Lola Lydia Jade Natasha Samantha Laura Rachel Evelyn",
    /* 2014 */
    "Amelia Olivia Isla Emily Poppy Ava Isabella Jessica Lily Sophie Grace Sophia Mia Evie Ruby Ella Scarlett Isabelle Chloe Sienna "
    "Freya Phoebe Charlotte Daisy Alice Florence Eva Sofia Millie Lucy Evelyn Elsie Rosie Imogen Lola Matilda Elizabeth Layla Holly "
    "Lilly Molly Erin Ellie Maisie Maya Abigail Eliza Georgia Jasmine Esme Willow Bella Annabelle Ivy Amber Emilia Emma Summer Hannah "
    "Eleanor Harriet Rose Amelie Lexi Megan Gracie Zara Lacey Martha Anna Violet Darcey Maria Maryam Brooke Aisha Katie Leah Thea",
    /* 2022 */
    "Olivia Amelia Isla Ava Lily Ivy Freya Florence Isabella Mia Willow Evie Sophia Poppy Elsie Sienna Rosie Sofia Phoebe Grace Ella Daisy "
    "Maya Matilda Evelyn Harper Emily Luna Millie Ada Delilah Isabelle Charlotte Penelope Ruby Maeve Maisie Mabel Violet Bonnie Arabella "
    "Eliza Alice Hallie Eva Thea Robyn Margot Mila Orla Eleanor Erin Olive Ottilie Rose Elizabeth Nancy Lottie Iris Aria Esme Jessica "
    "Ayla Lola Darcie Edith Imogen Clara Aurora Scarlett Aisha Zara Beatrice Molly Eden Nora Gracie Summer Layla Rosa",
};

const char *const name_boys[NAME_DECADES] = {
    /* 1924 */
    "John William George James Ronald Robert Kenneth Frederick Thomas Albert Eric Edward Arthur Charles Leslie Sidney Frank Peter Dennis "
    "Joseph Alan Stanley Ernest Harold Norman Raymond Leonard Alfred Harry Donald Reginald Roy Derek Henry Geoffrey David Gordon Herbert "
    "Walter Philip Douglas Jack Cyril Ralph Richard Maurice Bernard Horace Victor Wilfred Percy Gerald Ernest Francis Samuel Clifford Cecil "
    "Anthony Michael Ivan Edwin Hubert Lawrence Basil Desmond Claude Russell Denis Bertie Daniel Archibald Oswald Laurence",
    /* 1934 */
    "John Peter William Brian David James Michael Ronald Kenneth George Robert Anthony Derek Roy Thomas Raymond Alan Dennis Eric Donald "
    "Gordon Edward Frederick Charles Norman Leslie Keith Patrick Geoffrey Terence Colin Albert Frank Joseph Richard Arthur Bernard Harry "
    "Leonard Stanley Henry Gerald Philip Malcolm Barry Maurice Roger Victor Ernest Douglas Graham Harold Neville Alfred Sidney Walter "
    "Desmond Christopher Reginald Trevor Francis Clifford Ivan Bryan Jack Edwin Ralph Daniel Denis Cyril Basil Raymond",
    /* 1944 */
    "John David Michael Peter Robert Anthony Brian Alan William James Richard Kenneth Roger Keith Colin Christopher Raymond Terence George "
    "Barry Ronald Thomas Malcolm Derek Paul Graham Dennis Roy Edward Geoffrey Stephen Trevor Patrick Charles Philip Donald Eric Leslie "
    "Joseph Gordon Frederick Andrew Norman Ian Arthur Clive Martin Gerald Bernard Frank Allan Stuart Rodney Douglas Jeffrey Albert "
    "Harry Ernest Bryan Leonard Henry Victor Francis Maurice Timothy Neil Stanley Howard Laurence Melvyn Nigel Terry",
    /* 1954 */
    "David John Stephen Michael Peter Robert Paul Alan Christopher Richard Anthony Andrew Ian Kevin William James Brian Keith Philip Graham "
    "Martin Colin Kenneth Raymond Barry Geoffrey Nigel Roger Trevor Terence Malcolm Roy Derek George Patrick Dennis Thomas Jeffrey Mark "
    "Neil Nicholas Timothy Charles Steven Gary Edward Stuart Simon Clive Jonathan Ronald Leslie Donald Adrian Howard Joseph Allan Gerald "
    "Rodney Gordon Russell Eric Phillip Francis Frederick Julian Denis Norman Arthur Laurence Duncan Glyn",
    /* 1964 */
    "David Paul Andrew Mark John Michael Stephen Ian Robert Richard Christopher Peter Simon Anthony Kevin Gary Steven Martin James Philip Alan "
    "Neil Nigel Timothy Colin Graham Jonathan Nicholas William Adrian Brian Stuart Keith Thomas Patrick Sean Carl Trevor Wayne Shaun Kenneth "
    "Barry Derek Dean Raymond Antony Jeremy Joseph Edward Lee Darren Garry Duncan Karl Matthew Roger Daniel Tony Russell George Jeffrey "
    "Dominic Julian Charles Guy Malcolm Clive Geoffrey Roy Gerard Glenn Howard Warren Craig Bruce",
    /* 1974 */
    "Paul Mark David Andrew Richard Christopher James Simon Michael Matthew Stephen Lee John Robert Darren Daniel Steven Jason Nicholas "
    "Jonathan Ian Neil Peter Stuart Anthony Martin Kevin Craig Philip Gary Scott Wayne Timothy Benjamin Adam Alan Dean Adrian Carl Thomas "
    "William Justin Graham Nigel Jamie Karl Robin Edward Sean Gareth Brian Colin Keith Alexander Barry Ross Marc Russell Trevor Damian Shaun "
    "Jeremy Duncan Leon Gavin Patrick Antony Joseph Graeme Clive Nathan Toby Julian Dominic Samuel Giles Charles",
    /* 1984 */
    "Christopher James David Daniel Michael Matthew Andrew Richard Paul Mark Thomas Adam Robert John Lee Benjamin Steven Jonathan Craig "
    "Stephen Simon Nicholas Peter Anthony Alexander Gary Ian Ryan Darren Barry Jamie Stuart Philip Martin Joseph Samuel Ben Timothy Kevin "
    "Scott Carl William Luke Dean Edward Ross Sean Gareth Neil Wayne Karl Graham Aaron Marc Gavin Shaun Liam Joshua Nathan Oliver Ashley "
    "Jason Charles Alan Phillip Patrick Terry Dale Kieran Justin Robin Damian Leon Tom Russell Geoffrey Jack Toby",
    /* 1994 */
    "Thomas James Jack Daniel Matthew Ryan Joshua Luke Samuel Jordan Adam Michael Alexander Christopher Benjamin Joseph Liam Jake William "
    "Andrew George Lewis Oliver David Robert Jamie Nathan Connor Jonathan Harry Callum Aaron Ashley Bradley Jacob Kieran Scott Sam John Ben "
    "Mohammed Nicholas Kyle Charles Mark Sean Edward Stephen Richard Alex Peter Dominic Joe Reece Lee Rhys Steven Anthony Charlie Paul Craig "
    "Jason Dale Ross Cameron Louis Dean Conor Shane Elliot Patrick Max Philip Stuart Simon Toby Carl Danny",
    /* 2004 */
    "Jack Joshua Thomas James Daniel Samuel Oliver William Benjamin Joseph Harry Matthew Lewis Luke Ethan George Adam Alfie Callum Alexander "
    "Mohammed Ryan Dylan Jacob Jake Cameron Nathan Ben Liam Connor Max Jamie Charlie Michael Tyler Aaron Kieran Logan Kyle Bradley Brandon "
    "Louis Harrison Owen Leo Edward Archie Robert Toby Henry Charles Rhys Reece Alex Noah Christopher Harvey David Aidan Jay Sam Sebastian "
    "John Finley Isaac Leon Riley Muhammad Elliot Ewan Joe Andrew Zachary Morgan Kai Hayden Joel Mason",
    /* 2014 */
    "Oliver Jack Harry Jacob Charlie Thomas George Oscar James William Noah Alfie Joshua Muhammad Henry Leo Archie Ethan Joseph Freddie "
    "Samuel Alexander Logan Daniel Isaac Max Mohammed Benjamin Mason Lucas Edward Harrison Jake Dylan Riley Finley Theo Sebastian Adam "
    "Zachary Arthur Toby Jayden Luke Harley Lewis Tyler Harvey Matthew David Reuben Michael Elijah Kian Tommy Mohammad Blake Luca Theodore "
    "Stanley Jenson Nathan Charles Frankie Jude Teddy Louie Louis Ryan Hugo Bobby Elliott Dexter Ollie Alex Liam Kai Gabriel Connor",
    /* 2022 */
    "Noah Muhammad George Oliver Leo Arthur Oscar Theodore Theo Freddie Henry Archie Luca Charlie Alexander Thomas Harry Jack Roman Teddy Albie "
    "Rory Louie Arlo Jude Tommy Finley Reuben William James Lucas Reggie Edward Joshua Mason Roman Hugo Isaac Elijah Joseph Max Sebastian "
    "Adam Ezra Alfie Rowan Ralph Otis Ronnie Zachary Jacob Caleb Sonny Hunter Daniel Samuel Ethan Felix Grayson Frederick Toby Benjamin Milo "
    "Stanley Brody Jaxon Louis Yusuf Gabriel Logan Mohammed Albert Harrison Rupert Finn Otto Riley Dylan Jasper Vinnie",
};

const char *const name_rare_girls =
    "Adela Agatha Alma Amina Anastasia Angharad Anthea Antonia Araminta Astrid Averil Belinda Bernadette Bernice Bianca Blanche Bridget "
    "Bronwen Bryony Camilla Candida Carmel Cecily Celia Charity Christabel Clarissa Claudia Clementine Coral Cordelia Cressida Cynthia "
    "Deirdre Delia Dulcie Dymphna Eluned Elspeth Estelle Esther Ffion Flora Georgette Gertrude Gwyneth Harmony Henrietta Hermione Honor "
    "Hope Ingrid Isadora Isolde Jacinta Janine Jocelyn Juanita Juliet Justine Keziah Lavinia Leonora Letitia Lorna Lucinda Lynette Mabelle "
    "Madeleine Marcia Marguerite Marianne Marina Maud Merle Minnie Miranda Morag Myra Myrtle Nadine Nanette Nerys Nesta Noelle Ophelia "
    "Petula Philomena Primrose Prudence Ramona Rhoda Roberta Roisin Romilly Rowena Ruby Sabrina Selina Serena Shona Sian Sonia Sophronia "
    "Susannah Tabitha Tamsin Tatiana Theodora Ursula Valentina Verity Verona Vida Wilhelmina Wilma Winnie Xanthe Yasmin Yolanda Zena Zinnia";

const char *const name_rare_boys =
    "Abel Alaric Alastair Aldous Algernon Alistair Ambrose Amos Angus Aubrey Augustus Austin Barnaby Barnabas Bartholomew Benedict Bertram "
    "Boris Brendan Bryn Byron Caspar Cedric Chester Clarence Claud Clement Clifton Conrad Cornelius Crispin Cuthbert Cyrus Damon Darius Digby "
    "Donovan Dorian Dudley Eamonn Edgar Edmund Emlyn Emrys Errol Eugene Evan Everard Ezekiel Fabian Ferdinand Fergus Fraser Gideon Gilbert "
    "Godfrey Gregory Griffith Hamish Hector Hedley Horatio Hugh Humphrey Ignatius Ivor Jarvis Jerome Kelvin Kit Lachlan Lancelot Leopold "
    "Lionel Llewellyn Lloyd Lorcan Lucian Magnus Marcus Marmaduke Merlin Merton Miles Montague Mortimer Murray Napoleon Nelson Ninian Octavius "
    "Orlando Orson Osbert Owen Percival Peregrine Perry Piers Quentin Ranulph Redvers Rex Rhodri Roderick Roland Rollo Rufus Rupert Seamus "
    "Septimus Seth Silas Solomon Spencer Sylvester Tarquin Terrence Thaddeus Titus Tristan Tristram Tudor Valentine Vaughan Vernon Vincent Wallace "
    "Wesley Wilbur Winston Zebedee";

const char *const name_surnames =
    "Smith Jones Brown Taylor Williams Wilson Johnson Davies Wright Green Clarke Walker White Robinson Harrison Cooper Moore King Baker Turner "
    "Hill Thompson Ward Hall Wood Martin Harris Roberts Edwards Lewis Evans Hughes Allen Scott Parker Cook Carter Mitchell Clark Bailey Phillips "
    "Lee Adams Morris Cox Webb Young Rogers Watson Shaw Richardson Ellis Marshall Simpson Knight Mason Gray Mills Palmer Chapman Barker Hunt "
    "Matthews Lloyd Butler Russell Fisher Rose Stevens Murray Howard Bennett Dixon Reynolds Fox Pearson Holmes Harvey Barnes Jackson Thomas "
    "Bell Kelly Anderson Collins James Day Payne Powell Saunders Walsh Griffiths Graham Andrews Gibson Perry Woods Lawrence Hunter West Cole Jordan "
    "Brooks Nicholls Stone Newman Kemp Ford Bloomfield Betts Gooch Howes Larter Youngs Kerrison Leeder Lingwood Mace Mallett Neave Nudd "
    "Pegg Rix Sadd Thirtle Tuddenham Utting Woodrow Yaxley Bunn Bush Catchpole Cubitt Dack Daynes Eke Fiddy Gedge Goulder Hewitt Hubbard "
    "Goodson Goodrum Gotts Grimes Grint Hagon Harmer Harper Hipkin Howlett Huggins Jarvis Jary Jermy Kett Lambert Lake Lamb Land Larwood "
    "Lock Lown Mann Medler Middleton Mobbs Moy Myhill Nash Norton Nurse Orford Page Parfitt Pitcher Playford Plumstead Pratt Purdy Quantrill Ramm "
    "Rayner Read Reeve Riches Ringer Rudd Rump Sayer Self Sewell Seaman Sharman Shreeve Slaughter Spinks Spooner Stannard Starling Stearman "
    "Steward Symonds Tann Thaxter Thurston Tillett Tooley Tubby Tuck Varley Wagg Waters Websdale Whalebelly Whitwood Wilkinson Wiseman Woolston "
    "Wymer Abbott Abel Adcock Alcock Aldous Alexander Allison Amis Archer Arnold Atkins Atkinson Austin Ayers Baldwin Balls Bane Banham Barber "
    "Barnard Barrett Bartram Bates Beales Bean Beck Bensley Bird Bishop Blake Blyth Bond Boyce Bradley Brady Brett Briggs Brooke Bryant Buckley "
    "Bullock Burgess Burrell Burrows Burton Byrne Calver Cameron Campbell Carr Carroll Catton Chambers Chaplin Childs Christie Church Clements "
    "Colby Coleman Collison Colman Cooke Cousins Craske Crisp Crome Cross Cunningham Curson Curtis Cutting Daniels Davidson Davis Dawson Dean Denmark "
    "Dewing Doherty Douglas Doyle Drake Drew Duffield Dunn Dye Dyer Eastwood Edrich Elliott Elvin England English Everitt Farrow Feltham Ferguson "
    "Field Fielding Flatt Fletcher Flint Foster Fowler Francis Franklin Freeman French Frost Fuller Futter Gage Gale Garner Garrod George Gibbons "
    "Gibbs Gilbert Giles Gill Glover Goddard Godfrey Gordon Gould Grant Greenwood Gregory Griffin Grimmer Hamilton Hammond Hancock Hardy Harding "
    "Hart Hawes Hawkins Hayes Haylett Haynes Hayward Henderson High Hilton Hobbs Hodgson Holden Holland Holt Hood Hooper Hope Hopkins Horne Horton "
    "Howell Hudson Humphrey Hunter Hurrell Ireland Jacobs Jeffery Jenkins Jennings Johnston Joyce Kent Kerr Kirby Knights Knowles Lacey Lane Lawson "
    "Leggett Leonard Long Love Lowe Lucas Lynch Macdonald Marsh Marriott May McCarthy McDonald Metcalfe Miller Mills Moon Moore Morgan Morley "
    "Morrison Morton Mortimer Moss Mullen Murphy Newell Newton Nichols Nicholson Nolan Norman Norris North Nunn Oakley Obrien O'Brien O'Connor O'Neill "
    "O'Sullivan Oliver Osborne Overton Owen Parish Parsons Partridge Patrick Pearce Perkins Peters Pike Plummer Pollard Poole Pope Porter Potter Powley "
    "Preston Price Quinn Randall Ransome Raven Reed Reid Rice Richards Rivett Roe Rolfe Root Ross Rowe Ryan Ryder Sanders Savage Schofield Scotter "
    "Sharp Shepherd Short Simmons Sims Skinner Skipper Slater Smart Smithson Snelling Southgate Sparrow Spencer Stanley Stephens Stephenson Stewart "
    "Stokes Summers Sutton Swann Sykes Talbot Tate Temple Thorne Thorpe Todd Tomlinson Townsend Tucker Turnbull Tyler Underwood Vincent Wade Wallace "
    "Walters Walton Warner Warren Waterson Watts Weaver Webster Wells Wheeler Whitehead Whittaker Wilkins Willis Winter Witham Woodcock Woodhouse "
    "Woodward Worthington Wyatt Yallop Yates York";

const char *const name_abroad[8][3] = {
    {NULL, NULL, NULL},
    /* Polish */
    {"Anna Katarzyna Małgorzata Agnieszka Barbara Ewa Krystyna Elżbieta Magdalena Joanna Monika Zofia Julia Maja Zuzanna Hanna Aleksandra "
     "Natalia Karolina Justyna Dorota Beata Iwona Teresa Renata Wiktoria Oliwia Lena Amelia Sylwia",
     "Piotr Krzysztof Andrzej Tomasz Paweł Jan Michał Marcin Jakub Adam Łukasz Marek Grzegorz Mateusz Wojciech Mariusz Dariusz Rafał Zbigniew "
     "Kamil Robert Dawid Szymon Filip Antoni Bartosz Sebastian Jacek Sławomir Józef",
     "Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Zieliński Szymański Woźniak Dąbrowski Kozłowski Jankowski Mazur Kwiatkowski "
     "Wojciechowski Krawczyk Kaczmarek Piotrowski Grabowski Zając Pawłowski Michalski Król Wieczorek Jabłoński Wróbel Nowakowski Majewski Olszewski "
     "Stępień Malinowski Jaworski Adamczyk Dudek Nowicki Pawlak Górski Witkowski Walczak Sikora Baran Rutkowski Michalak Szewczyk Ostrowski"},
    /* Lithuanian */
    {"Ona Janina Irena Jolanta Rasa Daiva Vida Kristina Rita Aušra Lina Inga Edita Rūta Živilė Gintarė Eglė Ieva Gabija Emilija Ugnė Austėja "
     "Simona Laura Viktorija",
     "Jonas Vytautas Antanas Tomas Mindaugas Darius Andrius Saulius Gintaras Marius Arvydas Rimantas Kęstutis Algirdas Žydrūnas Lukas Matas "
     "Dominykas Nojus Giedrius Paulius Rokas Valdas Šarūnas Ignas",
     "Kazlauskas Stankevičius Jankauskas Petrauskas Žukauskas Butkus Paulauskas Urbonas Kavaliauskas Navickas Ramanauskas Balčiūnas Šimkus "
     "Černiauskas Rimkus Vaitkus Baranauskas Savickas Malinauskas Adomaitis Mockus Sabaliauskas Grigas Dapkus Povilaitis"},
    /* Portuguese */
    {"Maria Ana Joana Inês Sofia Carla Sandra Paula Cristina Fátima Teresa Helena Conceição Lúcia Mariana Beatriz Leonor Matilde Rita Sónia "
     "Isabel Rosa Filipa Catarina Patrícia",
     "João José António Manuel Carlos Pedro Paulo Luís Miguel Rui Nuno Tiago Ricardo Francisco Fernando Jorge Mário Rodrigo Afonso Duarte "
     "Gonçalo Hélder Sérgio Vítor Bruno",
     "Silva Santos Ferreira Pereira Oliveira Costa Rodrigues Martins Jesus Sousa Fernandes Gonçalves Gomes Lopes Marques Alves Almeida Ribeiro "
     "Pinto Carvalho Teixeira Moreira Correia Mendes Nunes Soares Vieira Monteiro Cardoso Rocha Neves Coelho Cruz Cunha Pires Simões Araújo Freitas "
     "Barbosa Matos Tavares Batista"},
    /* Romanian */
    {"Maria Elena Ana Ioana Andreea Mihaela Cristina Daniela Alina Gabriela Raluca Simona Georgiana Alexandra Ștefania Bianca Roxana Monica "
     "Oana Sofia Ilinca Anca Larisa Denisa Adriana",
     "Andrei Alexandru Ion Gheorghe Mihai Ionuț Florin Ștefan Adrian Marian Cristian Daniel Vasile Bogdan Constantin Nicolae Marius Gabriel "
     "Răzvan Cătălin Dumitru Sorin Radu David Luca",
     "Popa Popescu Ionescu Radu Dumitru Stan Stoica Gheorghe Matei Ciobanu Rusu Constantin Marin Dinu Munteanu Moldovan Lazăr Florea Ilie Toma "
     "Șerban Dobre Barbu Nistor Vasile Preda Manole Cristea Ungureanu Tudor"},
    /* South Asian */
    {"Fatima Aisha Zainab Maryam Sana Nadia Shabana Rukhsana Farzana Nasreen Priya Anjali Sunita Geeta Meera Kavita Lakshmi Asha Deepa Nisha "
     "Jasvinder Harpreet Manpreet Amina Rabia Sadia Anika Diya Riya Reena",
     "Mohammed Muhammad Ahmed Ali Imran Abdul Tariq Khalid Shahid Usman Bilal Hassan Raj Sanjay Amit Vijay Anil Suresh Ramesh Rahul Arjun Rohan "
     "Gurpreet Harjit Sukhdev Kamal Abu Rafiq Mahbub Shafiq",
     "Khan Patel Ahmed Singh Hussain Ali Begum Shah Rahman Kaur Miah Islam Akhtar Malik Mahmood Chowdhury Sharma Kumar Iqbal Uddin Thomas Joseph "
     "Mathew Varghese George Nair Pillai Kurian Das Gupta Mehta Desai Rao Reddy Aziz Rashid Choudhury Hossain Mistry Joshi Fernandes Philip Rana Bibi "
     "Qureshi Sheikh Mirza Butt Raja Saini Gill Sandhu Dhillon Sidhu Bains"},
    /* African */
    {"Blessing Grace Mercy Patience Comfort Joy Faith Esther Ruth Chioma Ngozi Amara Adaeze Folake Yetunde Abena Akua Ama Tendai Rudo Chipo "
     "Precious Nomsa Thandiwe Rutendo",
     "Emmanuel Samuel Daniel Joseph Michael David Chukwuemeka Obinna Chidi Tunde Segun Kwame Kofi Kwabena Yaw Tendai Tinashe Farai Blessing Godfrey "
     "Innocent Prince Ibrahim Musa Victor",
     "Okafor Okeke Adeyemi Ogunleye Balogun Eze Nwosu Obi Adebayo Mensah Owusu Boateng Asante Osei Appiah Moyo Ncube Sibanda Ndlovu Dube Chikwanha "
     "Mutasa Mukwevho Phiri Banda Mwangi Kamau Otieno Njoroge Wanjiru Diallo Kamara Sesay Conteh Bangura"},
    /* Chinese */
    {"Mei Li Xiu Ling Hui Fang Yan Jing Wai Siu Yuk Man Wing Ka Suet Amy Jenny Grace Lily Winnie",
     "Wei Ming Jun Chun Kwok Chi Kin Wing Ka Man Ho Yu Lok Hin Jason Kevin Alan Raymond Tony Eric",
     "Chan Wong Li Wang Zhang Lee Cheung Lau Ho Ng Leung Lam Liu Chen Yang Huang Cheng Tang Yip Tsang Fung Kwok Chow Yu Mak Tse Hui Poon Lin Wu"},
};

const char *const name_short_forms =
    "William:Bill,Will,Billy,Willie;Robert:Bob,Rob,Bobby,Robbie;Richard:Dick,Rick,Rich,Richie;Margaret:Peggy,Maggie,Meg,Marge,Peg;"
    "Elizabeth:Liz,Betty,Beth,Lizzie,Betsy,Eliza;Dorothy:Dot,Dottie,Dolly;Mary:Molly,Polly,May;Kathleen:Kath,Kathy,Kay;Catherine:Cathy,Kate,Cath,Katie;"
    "Katherine:Kate,Kathy,Katie,Kat;Kathryn:Kath,Kathy,Kate;James:Jim,Jimmy,Jamie;John:Jack,Johnny,Jon;Thomas:Tom,Tommy;Charles:Charlie,Chas,Chuck;"
    "Edward:Ted,Ed,Eddie,Ned;Frederick:Fred,Freddie;Henry:Harry,Hal;Harold:Harry;George:Georgie;Albert:Bert,Albie;Alfred:Alf,Alfie,Fred;"
    "Herbert:Bert,Herbie;Leonard:Len,Lenny;Ronald:Ron,Ronnie;Donald:Don;Kenneth:Ken,Kenny;Stanley:Stan;Sidney:Sid;Reginald:Reg,Reggie;"
    "Raymond:Ray;Walter:Wally,Walt;Arthur:Art;Ernest:Ernie,Ern;Francis:Frank,Frankie;Leslie:Les;Norman:Norm;Clifford:Cliff;Maurice:Mo;"
    "Michael:Mike,Mick,Micky;David:Dave,Davy;Peter:Pete;Anthony:Tony,Ant;Antony:Tony;Christopher:Chris,Kit;Stephen:Steve;Steven:Steve;"
    "Andrew:Andy,Drew;Philip:Phil,Pip;Phillip:Phil;Geoffrey:Geoff;Jeffrey:Jeff;Gerald:Gerry;Terence:Terry;Timothy:Tim;Nicholas:Nick,Nicky;"
    "Jonathan:Jon,Jonny;Matthew:Matt;Daniel:Dan,Danny;Samuel:Sam,Sammy;Benjamin:Ben,Benny;Joseph:Joe,Joey;Joshua:Josh;Alexander:Alex,Sandy,Xander;"
    "Gregory:Greg;Douglas:Doug;Gordon:Gordie;Desmond:Des;Derek:Del;Dennis:Den;Vincent:Vince,Vinnie;Victor:Vic;Patrick:Pat,Paddy;Lawrence:Larry,Lol;"
    "Laurence:Laurie,Larry;Malcolm:Mal;Martin:Marty;Nathan:Nate;Zachary:Zach,Zac;Theodore:Theo,Ted,Teddy;Sebastian:Seb;Dominic:Dom;Cameron:Cam;"
    "Bradley:Brad;Nigel:Nige;Barry:Baz;Gary:Gaz;Darren:Daz;Russell:Russ;Stuart:Stu;Trevor:Trev;Graham:Gray;Edwin:Ed,Eddie;Cyril:Cy;Wilfred:Wilf;"
    "Mohammed:Mo;Muhammad:Mo;Oliver:Ollie;Archibald:Archie;Louis:Lou,Louie;Jacob:Jake;Nathaniel:Nat;Isaac:Zac;Harrison:Harry;Lewis:Lew;"
    "Patricia:Pat,Trish,Patsy,Tricia;Susan:Sue,Susie;Christine:Chris,Chrissie,Tina;Barbara:Babs,Barb;Valerie:Val;Maureen:Mo,Reenie;Pamela:Pam;"
    "Jacqueline:Jackie,Jacqui;Jennifer:Jenny,Jen;Gillian:Gill,Jill;Rosemary:Rose,Rosie;Judith:Judy;Josephine:Jo,Josie;Deborah:Debbie,Deb;Debra:Debbie;"
    "Sandra:Sandy;Margery:Marge;Marjorie:Marge;Winifred:Win,Winnie,Freda;Florence:Flo,Florrie,Flossie;Gladys:Glad;Lilian:Lil,Lily;Ellen:Nell,Nellie;"
    "Eleanor:Nell,Ellie,Nora;Edith:Edie;Ethel:Eth;Violet:Vi;Olive:Ollie;Gwendoline:Gwen;Millicent:Millie;Constance:Connie;Irene:Rene,Reenie;Doreen:Dor,Reenie;"
    "Kimberley:Kim;Theresa:Terry,Tess;Teresa:Terry,Tess,Tessa;Frances:Fran,Fanny;Janet:Jan;Janice:Jan;Jeanette:Jean;Marilyn:Lyn;Carolyn:Caz,Lyn;Caroline:Caro,Carrie;"
    "Lesley:Les;Veronica:Ronnie,Vera;Penelope:Penny;Philippa:Pip,Pippa;Victoria:Vicky,Vicki,Tori;Rebecca:Becky,Becca;Samantha:Sam,Sammy;Alexandra:Alex,Sandra,Lexi;"
    "Stephanie:Steph;Joanne:Jo;Joanna:Jo;Amanda:Mandy;Michelle:Shell,Chelle;Nicola:Nicky,Nic;Natalie:Nat;Natasha:Tash;Danielle:Dani;Charlotte:Lottie,Charlie;"
    "Abigail:Abi,Abby,Gail;Isabella:Bella,Izzy;Isabelle:Izzy,Belle;Isobel:Izzy;Jessica:Jess,Jessie;Georgina:Georgie,Gina;Georgia:Georgie;Harriet:Hattie;"
    "Matilda:Tilly,Mattie;Amelia:Millie,Amy;Emily:Em,Emmie;Olivia:Liv,Livvy;Madeleine:Maddy;Madison:Maddie;Annabelle:Bella,Annie;Imogen:Immy;Phoebe:Phoebs;"
    "Sarah:Sally,Sal;Hannah:Han;Ann:Annie,Nan;Anne:Annie;Angela:Angie;Beverley:Bev;Lorraine:Lorrie;Melanie:Mel;Melissa:Mel,Lissa;Cynthia:Cindy;Henrietta:Etta,Hettie;"
    "Hilary:Hil;Eunice:Una;Evelyn:Evie,Eve;Evangeline:Eva;Beatrice:Bea,Beattie;Agnes:Aggie;Ada:Addie;Augusta:Gussie;Bridget:Biddy,Bridie;Susannah:Sue,Susie;"
    "Tabitha:Tabby;Rosalind:Ros,Rose;Rachel:Rach;Rachael:Rach;Kirsty:Kirst;Bethany:Beth;Lucinda:Lucy,Cindy;Cecily:Cis;Delilah:Lila;Penelope:Pen;"
    "Katarzyna:Kasia;Małgorzata:Gosia;Agnieszka:Aga;Krzysztof:Krzys,Chris;Tomasz:Tomek,Tom;Paweł:Pawel,Paul;Michał:Michael;Andrzej:Andrew;Jakub:Kuba,Jacob;"
    "Aleksandra:Ola;Magdalena:Magda;Joanna:Asia;Grzegorz:Greg;Wojciech:Wojtek;Francisco:Chico;António:Tony;José:Joe;Ștefan:Stefan;Alexandru:Alex;Gabriela:Gabi";

const char *const name_sound_alike =
    "Clarke Clark;Stephen Steven Stephan;Stephens Stevens;Stephenson Stevenson;Reid Reed Read;Ann Anne;Catherine Katherine Kathryn Catharine;Philip Phillip;Phillips Philips;"
    "Geoffrey Jeffrey Jeffery;Alan Allan Allen;Brown Browne;Smith Smyth Smythe;Thompson Thomson Tomson;Davis Davies;Johnson Johnston Johnstone;Harris Harries;"
    "Cook Cooke;Green Greene;Gray Grey;Lee Leigh Lea;Moore More Moor;White Whyte;Taylor Tayler Tailor;Turner Terner;Wood Woods;Bailey Bayley Baily;Mathews Matthews;"
    "Nicholls Nichols Nicolls;Nicholas Nicolas;Rogers Rodgers;Lawrence Laurence;Pearson Pierson;Pearce Pierce;Barker Baker;Ward Wood;Hewitt Hewett;Howes House;"
    "Howlett Hewlett;Kerrison Kerryson;Symonds Simmonds Simmons;Sims Symms;Myhill Mihill;Thirtle Thurtle;Utting Utteng;Blyth Blythe;Everitt Everett;Elliott Elliot Eliot;"
    "Garrod Garrard;Hammond Hammon;Hayward Heyward;Marriott Marriot;Metcalfe Metcalf;Macdonald McDonald MacDonald;McCarthy MacCarthy;Miller Millar;Morris Maurice;"
    "Murphy Murphey;O'Brien Obrien O'Brian;O'Connor Connor;O'Neill Oneal O'Neil;Osborne Osborn Osbourne;Parsons Persons;Reynolds Renolds;Saunders Sanders;Shepherd Sheppard Shepard;"
    "Spinks Sphinx;Steward Stewart Stuart;Swann Swan;Tillett Tillet;Townsend Townshend;Wallace Wallis;Watts Watt;Webb Web;Whittaker Whitaker;Wyatt Wiatt;Yallop Yellop;"
    "Sarah Sara;Rachel Rachael;Gillian Jillian;Jacqueline Jaqueline Jacquelyn;Lesley Leslie;Lynn Lynne Lyn;Marion Marian;Elaine Elayne;Debra Deborah;Teresa Theresa;"
    "Tracey Tracy;Kerry Kerrie;Kelly Kelley;Michelle Michele;Hayley Hailey Haley;Kayleigh Kaylee;Leanne Lianne;Zoe Zoey;Jodie Jody;Katie Katy;Carly Karly;Stacey Stacy;"
    "Lilian Lillian;Lily Lilly;Eileen Aileen;Irene Irena;Vivien Vivienne Vivian;Yvonne Evonne;Sylvia Silvia;Dorothy Dorothea;Doreen Noreen;Maureen Moreen;Beverley Beverly;"
    "Ian Iain;Sean Shaun Shawn;Neil Neal;Gary Garry;Bryan Brian;Denis Dennis;Eric Erik;Marc Mark;Karl Carl;Jon John;Stuart Stewart;Graham Graeme;Antony Anthony;Derek Derrick;"
    "Lewis Louis;Oliver Olivier;Mohammed Muhammad Mohammad;Jayden Jaden;Connor Conor;Aidan Aiden;Elliot Elliott;Zachary Zackary;Matthew Mathew;Isabelle Isabel Isobel;"
    "Olivia Alivia;Sophie Sofie;Sophia Sofia;Maya Mia;Evie Evy;Aimee Amy;Abbie Abby;Megan Meghan;Nowak Novak;Wójcik Voicik;Kowalczyk Kovalchik;Piotr Peter;Khan Kahn;"
    "Chowdhury Choudhury;Hussain Hussein Husain;Ahmed Ahmad;Rahman Rehman;Begum Begam;Iqbal Iqball;Silva Sylva;Sousa Souza;Gomes Gomez;Rodrigues Rodriguez;Fernandes Fernandez";
/* clang-format on */
