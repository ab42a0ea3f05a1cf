"""How people in North America shorten and vary names and addresses. Data alone; every word is in lower case.

A word that stands for more than one (`st` is Saint in a name and Street in an address) is listed where it is meant.
"""

LEGAL_FORMS = frozenset((
    "ag", "co", "companies", "company", "corp", "corporation", "dba", "fbo", "gmbh", "inc", "incorporated", "lc",
    "limited", "llc", "lllp", "llp", "lp", "ltd", "nv", "pa", "pc", "plc", "pllc", "sa",
))  # fmt: skip
"""They tell nothing of who a company is; one is often left out, or another one written."""

FILLERS = frozenset((
    "an", "and", "at", "attn", "dr", "esq", "for", "hon", "household", "miss", "mr", "mrs", "ms", "of", "prof",
    "residence", "residential", "rev", "the",
))  # fmt: skip
"""Words of a name that tell nothing of whose it is."""

SUFFIXES = {
    "jr": "jr", "junior": "jr", "sr": "sr", "senior": "sr", "ii": "jr", "2nd": "jr", "iii": "iii", "3rd": "iii",
    "iv": "iv", "4th": "iv",
}  # fmt: skip
"""What tells a child from its parent of the same name: such names are never the same person's for certain."""

SHORT_WORDS = {
    "admin": "administration", "agri": "agriculture", "amer": "american", "appl": "appliance", "assn": "association",
    "assoc": "associates", "assocs": "associates", "auto": "automotive", "bldg": "building", "bldrs": "builders",
    "bros": "brothers", "centre": "center", "cntr": "center", "cnty": "county", "comm": "community",
    "condo": "condominium", "condos": "condominium", "const": "construction", "constr": "construction",
    "coop": "cooperative", "ctr": "center", "dept": "department", "dev": "development", "dist": "distribution",
    "distr": "distribution", "div": "division", "elec": "electric", "elem": "elementary", "engr": "engineering",
    "ent": "enterprises", "equip": "equipment", "est": "estate", "fam": "family", "fdn": "foundation", "frt": "freight",
    "gen": "general", "govt": "government", "grnt": "granite", "grp": "group", "harbour": "harbor", "hbr": "harbor",
    "hldg": "holdings", "hldgs": "holdings", "hosp": "hospital", "hosps": "hospitals", "hts": "heights",
    "ind": "industries", "inds": "industries", "indus": "industries", "ins": "insurance", "inst": "institute",
    "intl": "international", "invt": "investments", "jct": "junction", "lab": "laboratory", "labs": "laboratories",
    "lndry": "laundry", "mach": "machine", "maint": "maintenance", "med": "medical", "mfg": "manufacturing",
    "mgmt": "management", "mgt": "management", "mkt": "market", "mktg": "marketing", "mt": "mount", "mtn": "mountain",
    "muni": "municipal", "natl": "national", "ngate": "northgate", "oper": "operations", "ops": "operations",
    "org": "organization", "pharm": "pharmacy", "ppty": "property", "prod": "products", "prods": "products",
    "prop": "properties", "props": "properties", "pt": "port", "pub": "public", "rec": "recreation",
    "rest": "restaurant", "saint": "st", "sch": "school", "schl": "school", "sci": "science", "serv": "services",
    "soc": "society", "sply": "supply", "ste": "suite", "svc": "services", "svcs": "services", "sys": "systems",
    "tech": "technology", "tr": "trust", "trk": "trucking", "twp": "township", "univ": "university",
    "util": "utilities", "vet": "veterinary", "vlg": "village", "whse": "warehouse", "whsl": "wholesale",
    "xing": "crossing",
}  # fmt: skip
"""Short forms of words in companies' and towns' names."""

NICKNAMES = {
    "abigail": "abby gail", "abraham": "abe", "albert": "al bert", "alexander": "alex al sandy xander",
    "alexandra": "alex sandra sandy", "alfred": "al fred", "alice": "allie", "amanda": "mandy", "andrew": "andy drew",
    "angela": "angie", "ann": "annie nancy", "anne": "annie nancy", "anthony": "tony", "arthur": "art",
    "barbara": "barb barbie babs", "benjamin": "ben benny", "bernard": "bernie", "beverly": "bev", "bradley": "brad",
    "calvin": "cal", "carl": "charlie", "caroline": "carrie carol", "catherine": "cathy cat kate kathy katie",
    "charles": "charlie chuck chas", "christina": "chris tina christy", "christine": "chris tina christy",
    "christopher": "chris kit", "clifford": "cliff", "clinton": "clint", "cynthia": "cindy", "daniel": "dan danny",
    "david": "dave", "deborah": "deb debbie", "debra": "deb debbie", "dennis": "denny", "dolores": "lola",
    "donald": "don donnie", "dorothy": "dot dottie", "douglas": "doug", "eduardo": "eddie",
    "edward": "ed eddie ned ted", "edwin": "ed", "eleanor": "ellie nora", "elijah": "eli",
    "elizabeth": "beth betty eliza liz lizzie libby betsy", "emily": "em", "eugene": "gene", "evelyn": "evie",
    "florence": "flo", "frances": "fran frannie", "francis": "frank", "franklin": "frank",
    "frederick": "fred freddie rick", "gabriel": "gabe", "geoffrey": "geoff jeff", "gerald": "gerry jerry",
    "gilbert": "gil", "gregory": "greg", "harold": "harry hal", "henry": "hank harry", "herbert": "herb",
    "howard": "howie", "irene": "rene", "isaac": "ike", "isabel": "bella izzy", "jacob": "jake",
    "james": "jim jimmy jamie", "janet": "jan", "jeffrey": "jeff", "jennifer": "jen jenny", "jeremiah": "jerry",
    "jessica": "jess jessie", "joan": "joanie", "john": "jack johnny jon", "jonathan": "jon", "joseph": "joe joey",
    "joshua": "josh", "joyce": "joy", "judith": "judy", "julia": "julie", "karen": "kari",
    "katherine": "kate kathy katie kay", "kathleen": "kathy kate", "kenneth": "ken kenny", "kimberly": "kim",
    "lawrence": "larry", "leon": "leo", "leonard": "len lenny leo", "leticia": "letty", "lillian": "lil lily",
    "linda": "lindy", "louis": "lou louie", "lucia": "lucy", "lydia": "lyddie", "malcolm": "mal", "marcus": "marc mark",
    "margaret": "maggie meg peggy marge greta", "maria": "mia", "marie": "mary", "martin": "marty",
    "mary": "molly polly", "matthew": "matt", "maxwell": "max", "megan": "meg", "melissa": "missy",
    "michael": "mike mick mickey", "mildred": "millie", "mitchell": "mitch", "nancy": "nan", "natalie": "nat",
    "nathan": "nat nate", "nathaniel": "nat nate", "nicholas": "nick", "nicole": "nikki", "oliver": "ollie",
    "oscar": "ozzie", "pamela": "pam", "patricia": "pat patty trish tricia", "patrick": "pat paddy", "peter": "pete",
    "philip": "phil", "phillip": "phil", "phyllis": "phyl", "priscilla": "cilla", "rachel": "rach", "ralph": "ralphie",
    "randall": "randy", "raymond": "ray", "rebecca": "becca becky", "reginald": "reggie",
    "richard": "dick rich rick ricky", "robert": "bob bobby rob robbie", "roberta": "bobbie", "roderick": "rod",
    "roger": "rodge", "ronald": "ron ronnie", "rose": "rosie", "russell": "russ", "samantha": "sam",
    "samuel": "sam sammy", "sandra": "sandy", "sarah": "sally sadie", "sharon": "shari", "solomon": "sol",
    "sophia": "sophie", "stanley": "stan", "stephanie": "steph", "stephen": "steve", "steven": "steve", "stuart": "stu",
    "susan": "sue susie suzy", "suzanne": "sue suzy", "sylvia": "syl", "teresa": "terri tess",
    "theodore": "ted teddy theo", "theresa": "terri tess", "thomas": "tom tommy", "timothy": "tim timmy",
    "tobias": "toby", "valerie": "val", "vernon": "vern", "veronica": "ronnie", "victor": "vic",
    "victoria": "vicky tori", "vincent": "vince vinny", "virginia": "ginny", "vivian": "viv", "walter": "walt wally",
    "wesley": "wes", "william": "bill billy will willy liam", "winston": "win", "yvonne": "vonnie",
    "zachary": "zach zack",
}  # fmt: skip
"""Given name -> the short ones it goes by. They make a likeness, never an equality."""

STREET_WORDS = {
    "street": "st", "str": "st", "strt": "st", "avenue": "ave", "av": "ave", "aven": "ave", "road": "rd", "drive": "dr",
    "drv": "dr", "lane": "ln", "court": "ct", "crt": "ct", "place": "pl", "boulevard": "blvd", "boul": "blvd",
    "circle": "cir", "circ": "cir", "terrace": "ter", "terr": "ter", "parkway": "pkwy", "pky": "pkwy", "highway": "hwy",
    "route": "rte", "rt": "rte", "square": "sq", "trail": "trl", "tr": "trl", "way": "way", "wy": "way", "alley": "aly",
    "loop": "loop", "lp": "loop", "point": "pt", "plaza": "plz", "crossing": "xing", "crescent": "cres", "cove": "cv",
    "expressway": "expy", "extension": "ext", "freeway": "fwy", "heights": "hts", "hill": "hl", "hills": "hls",
    "island": "is", "junction": "jct", "landing": "lndg", "mount": "mt", "mountain": "mtn", "ridge": "rdg",
    "turnpike": "tpke", "valley": "vly", "view": "vw", "village": "vlg", "wharf": "whf", "saint": "st",
    "north": "n", "south": "s", "west": "w", "northeast": "ne", "northwest": "nw", "southeast": "se",
    "southwest": "sw", "first": "1st", "second": "2nd", "third": "3rd", "fourth": "4th", "fifth": "5th", "sixth": "6th",
    "seventh": "7th", "eighth": "8th", "ninth": "9th", "tenth": "10th",
    "apt": "unit", "apartment": "unit", "ste": "unit", "suite": "unit", "rm": "unit", "room": "unit", "lot": "unit",
    "spc": "unit", "space": "unit", "unt": "unit", "bldg": "unit", "building": "unit",
    "fl": "unit", "floor": "unit", "flr": "unit",
}  # fmt: skip
"""Words of an address -> one form of each. Whatever names a part of a house is a `unit`."""

STREET_KINDS = frozenset((
    "aly", "ave", "blvd", "cir", "cres", "ct", "cv", "dr", "e", "expy", "ext", "fwy", "hwy", "ln", "loop", "n", "ne",
    "nw", "pkwy", "pl", "plz", "rd", "s", "se", "sq", "st", "sw", "ter", "tpke", "trl", "w", "way", "xing",
))  # fmt: skip
"""Left out of what two spellings of a street must share to look alike."""
