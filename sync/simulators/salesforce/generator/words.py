"""Word lists of the simulated org: how sales people shorten names and streets, and what their records speak of."""

# Formal first name -> how people are called.
NICKNAMES: dict[str, tuple[str, ...]] = {
    "Abigail": ("Abby",),
    "Andrew": ("Andy", "Drew"),
    "Angela": ("Angie",),
    "Anthony": ("Tony",),
    "Barbara": ("Barb", "Barbie"),
    "Benjamin": ("Ben",),
    "Carl": ("Charlie",),
    "Caroline": ("Carrie",),
    "Charles": ("Charlie", "Chuck"),
    "Christine": ("Chris", "Tina"),
    "Daniel": ("Dan", "Danny"),
    "David": ("Dave",),
    "Deborah": ("Deb", "Debbie"),
    "Dolores": ("Lola",),
    "Donald": ("Don",),
    "Dorothy": ("Dot", "Dottie"),
    "Eduardo": ("Eddie",),
    "Eleanor": ("Ellie", "Nora"),
    "Elijah": ("Eli",),
    "Gabriel": ("Gabe",),
    "Gregory": ("Greg",),
    "Harold": ("Harry", "Hal"),
    "Henry": ("Hank",),
    "Jacob": ("Jake",),
    "James": ("Jim", "Jimmy"),
    "Janet": ("Jan",),
    "Joseph": ("Joe",),
    "Karen": ("Kari",),
    "Kenneth": ("Ken", "Kenny"),
    "Leticia": ("Letty",),
    "Lillian": ("Lily",),
    "Margaret": ("Maggie", "Peggy", "Meg"),
    "Maria": ("Mia",),
    "Michael": ("Mike",),
    "Mohammed": ("Mo",),
    "Nathan": ("Nate",),
    "Nicole": ("Nikki",),
    "Oliver": ("Ollie",),
    "Patricia": ("Pat", "Patty", "Trish"),
    "Philip": ("Phil",),
    "Rebecca": ("Becky",),
    "Richard": ("Rich", "Rick", "Dick"),
    "Robert": ("Bob", "Rob", "Bobby"),
    "Samuel": ("Sam",),
    "Sandra": ("Sandy",),
    "Stephen": ("Steve",),
    "Susan": ("Sue", "Susie"),
    "Thomas": ("Tom", "Tommy"),
    "Valerie": ("Val",),
    "Victor": ("Vic",),
    "Vincent": ("Vince", "Vinny"),
    "Virginia": ("Ginny",),
    "Walter": ("Walt",),
    "William": ("Bill", "Will", "Billy"),
    "Zachary": ("Zach",),
}

# Last word of a company's name -> other ways to write the legal form, an empty one for leaving it out.
LEGAL_FORMS: dict[str, tuple[str, ...]] = {
    "Inc": ("Inc.", "INC.", ", Inc.", "Incorporated", ""),
    "LLC": ("L.L.C.", ", LLC", "llc", ""),
    "Co": ("Co.", "Company", ""),
    "Company": ("Co.", "Co", ""),
    "Trust": ("Tr.", "Trust, The"),
}
# Words within a company's name -> how sales people write them.
SHORTENED: dict[str, tuple[str, ...]] = {
    "&": ("and",),
    "Company": ("Co.",),
    "County": ("Cnty", "Co."),
    "Clinics": ("Clin.",),
    "Distribution": ("Distrib.", "Dist"),
    "Elementary": ("Elem.", "Elem"),
    "Family": ("Fam.",),
    "Freight": ("Frt",),
    "Granite": ("Grnt",),
    "Group": ("Grp", "Grp."),
    "Holdings": ("Hldgs", "Hldg"),
    "Hospitals": ("Hosp.",),
    "Laundry": ("Lndry",),
    "Logistics": ("Log.",),
    "Machine": ("Mach.",),
    "Market": ("Mkt", "Mkt."),
    "Medicine": ("Med", "Med."),
    "Northgate": ("N'gate",),
    "Operations": ("Ops",),
    "Port": ("Pt.",),
    "Products": ("Prod.",),
    "Properties": ("Props", "Prop."),
    "Schools": ("Schls",),
    "Semiconductor": ("Semi",),
    "Supply": ("Sply",),
    "System": ("Sys.",),
    "Terminal": ("Term.",),
    "University": ("Univ", "Univ."),
    "Warehousing": ("Whsg", "Whse"),
}

STREET_KINDS: dict[str, tuple[str, ...]] = {
    "Street": ("St", "St.", "ST", "Str"),
    "Road": ("Rd", "Rd.", "RD"),
    "Avenue": ("Ave", "Ave.", "AVE", "Av"),
    "Lane": ("Ln", "Ln."),
    "Court": ("Ct", "Ct."),
    "Drive": ("Dr", "Dr."),
    "Terrace": ("Ter", "Terr."),
    "Loop": ("Lp",),
    "Way": ("Wy",),
}
CITIES: dict[str, tuple[str, ...]] = {
    "Port Ellery": ("Pt Ellery", "Pt. Ellery", "Port Elery", "PORT ELLERY"),
    "Ellery Falls": ("Ellery Fls", "Elery Falls", "Ellery falls"),
    "Granite Harbor": ("Granite Hbr", "Granite Harbour"),
    "Tidewater Point": ("Tidewater Pt", "Tidewater Pt."),
    "Orchard Mills": ("Orchard Mls",),
    "Birch Landing": ("Birch Lndg",),
    "Three Ponds": ("3 Ponds",),
    "Mill Crossing": ("Mill Xing",),
}
COUNTRIES = ("USA", "USA", "United States", "US", "")
STATES = ("ME", "ME", "ME", "Maine", "Me.")
TERRITORIES = {"COAST": "Coastal", "LAKES": "Lakes"}

# Reason and type of a case, its subjects, and what is written in it.
CASES: tuple[tuple[str, str, tuple[str, ...], str], ...] = (
    (
        "Billing",
        "Question",
        (
            "High bill inquiry",
            "Bill doubled since last month",
            "Questions the last bill",
            "Estimated read, bill too high",
        ),
        "Customer asks why the bill is higher than usual. Compared with last year's use.",
    ),
    (
        "Billing",
        "Problem",
        ("Payment not posted", "Autopay taken twice", "Payment arrangement asked for", "Check returned"),
        "Customer asks where a payment went. Sent the receipt to the payment desk.",
    ),
    (
        "Outage",
        "Problem",
        (
            "Power out",
            "Flickering lights",
            "Partial power",
            "Repeated short interruptions",
            "Spoiled goods after outage",
        ),
        "Customer reports an interruption. Passed on to the operations desk.",
    ),
    (
        "Service Request",
        "Request",
        ("Move out, final bill", "Move in, new service", "Start service at new address", "Stop service request"),
        "Customer moves. Forwarding address taken down, final read asked for.",
    ),
    (
        "Meter",
        "Request",
        ("Meter re-read asked for", "Meter not accessible", "Smart meter question", "Meter noise"),
        "Customer asks for a visit at the meter.",
    ),
    (
        "Service Request",
        "Request",
        (
            "New construction, temporary power",
            "Service upgrade to 400 A",
            "Gas line extension",
            "Solar interconnection",
        ),
        "Contractor asks for the steps and the cost. Sent the application.",
    ),
    (
        "Rate Change",
        "Question",
        ("Demand rebate", "Energy audit request", "Budget billing enrolment", "Time-of-use rate question"),
        "Customer asks about a program. Checked eligibility.",
    ),
    (
        "Other",
        "Complaint",
        ("Crew damaged driveway", "Rude on the phone", "Tree trimming complaint", "No call back"),
        "Customer complains. Apologised and promised an answer within five days.",
    ),
)

# Subtype of a task -> its subjects.
TASKS: dict[str, tuple[str, ...]] = {
    "Call": (
        "Call", "Call back", "Call: bill explained", "Left voicemail", "Call: rate options", "Courtesy call",
        "Call: planned outage", "Call re past due balance", "Follow up on rebate",
    ),
    "Email": (
        "Email: usage report", "Email: rate change notice", "Re: interconnection", "Email: copy of bill",
        "Sent proposal",
    ),
    "Task": (
        "Send Letter", "Letter: tariff change", "Welcome letter",
        "Update contact details", "Prepare account review", "Check contract renewal", "Send rebate application",
        "Quote for lighting", "Enter site data", "Send Quote",
    ),
}  # fmt: skip
EVENTS = (
    "Account review", "Quarterly meeting", "Kick-off: efficiency project", "Meeting", "Contract talk", "Site visit",
    "Plant tour", "Energy audit on site", "Walk-through with facilities", "Conference call", "Call with controller",
    "Winter peak briefing", "Key account breakfast", "Chamber of Commerce evening",
)  # fmt: skip
REMARKS = (
    "",
    "",
    "No answer, will try again.",
    "Explained the demand charge, customer understood.",
    "Asked for the usage of the last 24 months.",
    "Interested in the lighting rebate, wants numbers.",
    "Plans a second shift from spring.",
    "New AP clerk, send invoices to the shared mailbox.",
    "Wants to be called before any planned outage.",
    "Unhappy about the last interruption.",
    "Nothing new.",
)

# Mailing -> type, month and day of each year it goes out, whom it goes to, what share answers.
CAMPAIGNS: tuple[tuple[str, str, tuple[int, int], str, float], ...] = (
    ("Rate change notice", "Direct Mail", (4, 6), "all", 0.02),
    ("Energy efficiency outreach", "Email", (5, 18), "business", 0.12),
    ("Summer peak alert", "Email", (6, 22), "business", 0.3),
    ("Storm readiness", "Email", (8, 31), "all", 0.08),
    ("Winter readiness", "Email", (10, 2), "all", 0.25),
    ("Paperless billing", "Email", (2, 9), "homes", 0.1),
    ("Key account breakfast", "Event", (11, 5), "business", 0.35),
)

TITLES = (
    "Owner", "Controller", "Facilities Manager", "Office Manager", "Plant Manager", "CFO", "Accounts Payable",
    "Energy Manager", "General Manager", "Bookkeeper",
)  # fmt: skip
TRADE_NAMES = ("Apartments", "Rentals", "Apts", "Flats")
RELATIONS = ("Household", "Family", "Residence")
