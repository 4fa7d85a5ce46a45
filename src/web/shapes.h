/* shapes.h: what the answers for programs hold, in short: the route table names them, openapi.c writes them out as JSON
 * Schema, and the tests hold every answer against its own.
 *
 * {name:shape,name?:shape} is an object, where ? may be left out; [shape] an array; a word is text, integer, number,
 * boolean, date (ISO) or time (ISO, UTC). */
#ifndef STAITHE_WEB_SHAPES_H
#define STAITHE_WEB_SHAPES_H

#define SHAPE_EXCLUDED "[{source:text,title:text,reason:text}]"
#define SHAPE_EVIDENCE                                                                                                 \
    "{source?:text,source_title:text,row_title?:text,agency?:text,record:integer,version:integer,landing:integer,"     \
    "file?:text,file_sha256?:text,line:integer,received?:time,as_at?:date,confirmed?:date,agreement?:text,clause?:"    \
    "text,stale:boolean}"
#define SHAPE_RECORD "{evidence:" SHAPE_EVIDENCE ",fields:[{column:text,title:text,value:text}]}"
#define SHAPE_VALUE  "{value:text,record?:integer,source_title?:text}"
#define SHAPE_TOLD                                                                                                     \
    "timeline:[{date?:date,what:text,text?:text,source_title:text,written_by?:text}],records:[" SHAPE_RECORD           \
    "],excluded:" SHAPE_EXCLUDED
#define SHAPE_FRESHNESS                                                                                                \
    "[{source:text,title:text,landing?:integer,received?:time,as_at?:date,age_days?:integer,stale:boolean}]"

#define SHAPE_ME                                                                                                       \
    "{name:text,shown:text,agency:text,role:text,purpose:text,"                                                        \
    "excluded:" SHAPE_EXCLUDED "}"
#define SHAPE_SEARCH                                                                                                   \
    "{read_as:text,more:boolean,too_common:boolean,in_part:boolean,hits:[{person?:integer,uprn?:text,name:text,born?:" \
    "date,"                                                                                                            \
    "address?:text,died:boolean,score?:number,reasons:[{asked:text,because:text}],sources:[text]}]}"
#define SHAPE_PERSON                                                                                                   \
    "{person:integer,name:text,caller_check_needed:boolean,markers:[{kind:text,said:" SHAPE_VALUE "}],"                \
    "facts:[{attribute:text,title:text,best:" SHAPE_VALUE ",rule:text,agreeing:integer,others:[" SHAPE_VALUE "]}],"    \
    "homes:[{uprn:text,address:text,postcode?:text,kind?:text,from?:date,until?:date,current:boolean,how:text}],"      \
    "household:[{person:integer,name:text,born?:date}]," SHAPE_TOLD ",freshness:" SHAPE_FRESHNESS "}"
#define SHAPE_WHY_LINK                                                                                                 \
    "{a:integer,b:integer,prior:number,total:number,probability:number,said?:text,parts:[{field:text,"                 \
    "shown:boolean,a?:text,b?:text,level:text,weight:number,frequency:number,m:number,u:number}]}"
#define SHAPE_WHY                                                                                                      \
    "{person?:integer,model:integer,join:number,review:number,together:boolean,outcome:text,"                          \
    "records:[{record:integer,source_title:text,name:text}],"                                                          \
    "links:[" SHAPE_WHY_LINK "]}"
#define SHAPE_WHY_NOT "{person:integer,other?:integer,why?:" SHAPE_WHY ",found:[{person:integer,name:text}]}"
#define SHAPE_WHAT_IF                                                                                                  \
    "{model:integer,join:number,review:number,state:text,asked?:text,stage?:text,share?:number,why?:text,"             \
    "answer?:{model:integer,linked_at:time,compared_anew:boolean,join_before:number,review_before:number,"             \
    "join_after:number,review_after:number,records:integer,left_out:integer,before:integer,after:integer,"             \
    "same:integer,joined:integer,split:integer,made:integer,ended:integer,pairs_joined:integer,pairs_split:integer,"   \
    "links_gained:integer,links_lost:integer,doubts_before:integer,doubts_after:integer,"                              \
    "expected_before:{precision:number,recall:number},expected_after:{precision:number,recall:number},"                \
    "by_source:[{source_a:text,source_b:text,joined:integer,split:integer}],"                                          \
    "examples:[{would:text,reason:text,person_a:integer,person_b:integer,name_a:text,name_b:text,"                     \
    "source_title_a:text,source_title_b:text,weight_before:number,weight_after:number,link:" SHAPE_WHY_LINK "}]},"     \
    "put_in_force?:{model:integer,people:integer,joined:integer,split:integer,doubts:integer}}"
#define SHAPE_RECORD_VERSIONS "{person:integer,source_title:text,row_title:text,versions:[" SHAPE_RECORD "]}"
#define SHAPE_HOME                                                                                                     \
    "{uprn:text,kind:text,address:text,postcode?:text,locality?:text,town?:text,district?:text,shared:boolean,"        \
    "residents:[{person:integer,name:text,born?:date,from?:date,until?:date,current:boolean,sources:[text]}],"         \
    "more_residents:boolean," SHAPE_TOLD "}"
#define SHAPE_EVENTS                                                                                                   \
    "{more:boolean,next:integer,events:[{id:integer,at:time,kind:text,person:integer,other?:integer,cause:text}]}"
#define SHAPE_DOUBTS                                                                                                   \
    "{total:integer,more:boolean,next:integer,doubts:[{a:integer,b:integer,weight:number,why:text,alike:integer,name_" \
    "a:text,name_b:text,"                                                                                              \
    "source_title_a:text,source_title_b:text,found_at?:time}]}"
#define SHAPE_DOUBT                                                                                                    \
    "{a:integer,b:integer,weight:number,why:text,waiting:boolean,person_a:integer,person_b:integer,"                   \
    "record_a:" SHAPE_RECORD ",record_b:" SHAPE_RECORD ",waterfall?:" SHAPE_WHY ",decided?:text,decision?:integer}"
#define SHAPE_DECISIONS                                                                                                \
    "{more:boolean,decisions:[{id:integer,a:integer,b:integer,verdict:text,decided_by:text,decided_at?:time,"          \
    "reason:text,undone_at?:time,undone_by?:text,undone_reason?:text}]}"
#define SHAPE_CONCERN_LINES                                                                                            \
    "[{id:integer,person?:integer,record:integer,source_title:text,said_by:text,purpose:text,said_at?:time,"           \
    "words:text,open:boolean,closed_by?:text,closed_at?:time,answer?:text}]"
#define SHAPE_CONCERNS "{more:boolean,concerns:" SHAPE_CONCERN_LINES "}"
#define SHAPE_LISTS    "[{name:text,title:text,about:text,purpose:text}]"
#define SHAPE_LIST_ITEM                                                                                                \
    "{person:integer,name:text,born?:date,uprn:text,address:text,postcode:text,points:integer,reasons:[{reason:text,"  \
    "points:integer,source_title:text,column_title:text,value:text,record:integer,records:integer}],taken_by?:text}"
#define SHAPE_LIST                                                                                                     \
    "{list:text,title:text,order:text,total?:integer,not_counted?:text,people:[" SHAPE_LIST_ITEM "],"                  \
    "left_out:[{reason:text,people?:integer,not_counted?:text}],not_used:[{reason:text,why:text}]}"
#define SHAPE_SOURCE_LINE                                                                                              \
    "source:text,title:text,agency:text,landing?:integer,received?:time,as_at?:date,age_days?:integer,stale:boolean,"  \
    "newest?:text,records?:integer,quarantine?:integer"
#define SHAPE_LANDING                                                                                                  \
    "{landing:integer,source?:text,state:text,current:boolean,same_again?:boolean,digest?:text,file_name:text,"        \
    "file_size?:integer,received_at:time,received_by:text,as_at?:date,rows_in?:integer,new?:integer,"                  \
    "changed?:integer,unchanged?:integer,quarantined?:integer,repeats?:integer,closed?:integer,reason?:text,"          \
    "decided_by?:text,decided_at?:time,finished_at?:time}"
#define SHAPE_SOURCES "[{" SHAPE_SOURCE_LINE "}]"
#define SHAPE_SOURCE                                                                                                   \
    "{" SHAPE_SOURCE_LINE ",about:text,agreement:text,fresh_days:integer,columns:[{column:text,title:text,"            \
    "attribute?:text,filled?:integer,distinct?:integer,quarantined?:integer}],landings:[" SHAPE_LANDING "]}"
#define SHAPE_LANDING_REPORT                                                                                           \
    "{landing:" SHAPE_LANDING ",rules:[{column?:text,rule:text,rows:integer}],"                                        \
    "rows:[{line:integer,fate:text,column?:text,rule?:text,reason?:text}]}"
#define SHAPE_QUARANTINE                                                                                               \
    "{more:boolean,rows:[{id:integer,landing:integer,line:integer,column?:text,rule:text,reason:text,value:text,"      \
    "corrected:boolean}]}"
#define SHAPE_AGREEMENT_LINE                                                                                           \
    "name:text,title:text,between:[text],purposes:[text],lawful_basis:text,from:text,until:text,in_force:boolean,"     \
    "digest:text,clauses:[{clause:text,source:text,roles:[text],purposes:[text],match:boolean,show_all:boolean,"       \
    "show:[text],count:boolean,subjects:text}]"
#define SHAPE_AGREEMENTS "[{" SHAPE_AGREEMENT_LINE "}]"
#define SHAPE_AGREEMENT                                                                                                \
    "{" SHAPE_AGREEMENT_LINE ",about:text,special_category:text,review?:date,withdrawn?:date,text:text}"
#define SHAPE_WHO_SEES                                                                                                 \
    "[{agency:text,role:text,purpose:text,agreement:text,clause:text,match:boolean,show:boolean,count:boolean,"        \
    "subjects:text}]"
#define SHAPE_LOOKS                                                                                                    \
    "more:boolean,looks:[{id:integer,at:time,account:text,role:text,purpose:text,agreements:text,action:text,"         \
    "linkage:integer,subject:text,anchors:text,fields:text,place:text,hash:text}]"
#define SHAPE_MY_LOOKS "{" SHAPE_LOOKS ",concerns:" SHAPE_CONCERN_LINES "}"
#define SHAPE_AUDIT    "{" SHAPE_LOOKS ",head:text}"
#define SHAPE_CHANGES                                                                                                  \
    "{more:boolean,changes:[{id:integer,at?:time,account:text,role:text,purpose:text,what:text,did:text,"              \
    "subject:text,subject_words:text,detail:text}]}"
#define SHAPE_ACCOUNT  "{name:text,shown:text,agency:text,roles:text,demonstration:boolean,disabled:boolean}"
#define SHAPE_ACCOUNTS "[" SHAPE_ACCOUNT "]"

#define SHAPE_PLANS      "[{plan:text,title:text}]"
#define SHAPE_PLAN_VALUE "cell:text,title:text,unit:text,value?:text"
#define SHAPE_PLAN                                                                                                     \
    "{plan:text,title:text,digest:text,entry:integer,years:[text],headline:[{" SHAPE_PLAN_VALUE "}],"                  \
    "tables:[{table:text,title:text}],registers:[{register:text,rows:integer,locked:boolean}],"                        \
    "left_out:[{register:text,row:text,why:text}]}"
#define SHAPE_PLAN_TABLE                                                                                               \
    "{table:text,title:text,columns:[text],rows:[{label:text,role:text,unit:text,figures:[{shown?:text,exact?:text,"   \
    "fault?:boolean,cell?:text,"                                                                                       \
    "sum_of_rounded_parts?:boolean,prints?:text,agreement?:text,bound?:text,reason?:text}]}],compared:integer,"        \
    "agreeing:integer,rounding:integer,anomalies:integer,disagreeing:integer,parts_differ:boolean}"
#define SHAPE_PLAN_FIGURE                                                                                              \
    "{" SHAPE_PLAN_VALUE ",how:text,formula?:text,source?:text,file?:text,line:integer,reads:[{" SHAPE_PLAN_VALUE      \
    "}],used_by:[{" SHAPE_PLAN_VALUE "}]}"
#define SHAPE_PLAN_CHECKS                                                                                              \
    "{model:text,rows:integer,figures:integer,values:integer,givens:integer,formulas:integer,checks:integer,"          \
    "checks_held:integer,ties:integer,ties_held:integer,ties_rounding:integer,ties_declared:integer,typed:integer,"    \
    "agreeing_each:integer,compared:integer,agreeing:integer,rounding:integer,anomalies:integer,"                      \
    "ties_that_differ:[{tie:text,title:text,cell:text,apart:text,bound:text,reason?:text}],"                           \
    "findings:[{kind:text,sentence:text,cell?:text,file?:text,line?:integer,column?:integer}]}"
#define SHAPE_PLAN_PICTURES "[{picture:text,title:text,description:text,columns:[text],rows:[[text]]}]"
#define SHAPE_PLAN_STEPS    "steps:[{title:text,change:text}]"
#define SHAPE_PLAN_SCENARIOS                                                                                           \
    "{scenarios:[{scenario:text,title:text,owner?:text}],moved?:{cell:text,before:text,after:text," SHAPE_PLAN_STEPS   \
    "}}"
#define SHAPE_PLAN_ROW_LINE                                                                                            \
    "id:text,title:text,text:text,state?:text,entry?:integer,written_by?:text,file?:text,line?:integer,"               \
    "years:[{year:text,value:text}]"
#define SHAPE_PLAN_REGISTER "{register:text,locked:boolean,rows:[{" SHAPE_PLAN_ROW_LINE "}]}"
#define SHAPE_PLAN_ROW                                                                                                 \
    "{" SHAPE_PLAN_ROW_LINE ",missing?:text,challenges:[{round:integer,outcome:text,words:text,by:text}]}"
#define SHAPE_PLAN_VERSIONS "[{version:text,title:text,approved_by:text,approved_at:time,entry:integer,digest:text}]"
#define SHAPE_PLAN_CHANGES                                                                                             \
    "{cell:text,before?:text,after?:text," SHAPE_PLAN_STEPS ",rows:[{register:text,id:text,before?:text,after?:text}]" \
    "}"
#define SHAPE_PLAN_JOURNAL                                                                                             \
    "{entries_of_all_plans:integer,broken_at?:integer,head:text,more:boolean,entries:[{id:integer,register:text,"      \
    "subject:text,body:text,reason:text,by:text,at:time,replaces:integer,hash:text}]}"

#endif
