"""Word lists from which people, companies and addresses of an invented coastal county are made."""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True)
class Town:
    """A town with its ZIP code, county and the CIS division that serves it."""

    name: str
    postal: str
    county: str
    division: str
    weight: int


TOWNS = (
    Town("Port Ellery", "04101", "Cascade", "COAST", 9),
    Town("Ellery Falls", "04112", "Cascade", "COAST", 6),
    Town("Granite Harbor", "04118", "Cascade", "COAST", 4),
    Town("Saltmarsh", "04121", "Penrose", "COAST", 2),
    Town("Tidewater Point", "04127", "Penrose", "COAST", 2),
    Town("Lakeland", "04203", "Tamarack", "LAKES", 5),
    Town("Orchard Mills", "04209", "Tamarack", "LAKES", 3),
    Town("Birch Landing", "04214", "Tamarack", "LAKES", 2),
    Town("Three Ponds", "04222", "Alder", "LAKES", 2),
    Town("Mill Crossing", "04230", "Alder", "LAKES", 1),
)


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split(", "))


FIRST_NAMES = _words(
    "Aaron Abigail Adele Ahmed Alan Alice Amara Ana Andrew Angela Anita Anthony Arjun Barbara Beatriz Benjamin Bianca "
    "Brian Caleb Camila Carl Carmen Caroline Charles Chidi Chloe Christine Clara Colin Daniel Daphne David Deborah "
    "Denise Diego Dolores Donald Dorothy Edith Eduardo Eleanor Elena Elijah Emily Emma Eric Esther Ethan Eva Farah "
    "Felix Fiona Frank Gabriel Gail George Gloria Grace Gregory Hana Harold Hassan Hazel Helen Henry Hugo Ian Ines "
    "Irene Isaac Isabel Ivan Jacob James Janet Jasmine Jean Joan Jonas Jorge Joseph Julia Karen Keiko Kenneth Kofi "
    "Laura Leah Leon Leticia Lillian Linda Louis Lucia Lydia Malik Marcus Margaret Maria Marie Martin Mary Mateo Maya "
    "Megan Mei Michael Miriam Mohammed Monica Nadia Naomi Natalie Nathan Nicole Nina Noah Nora Olga Oliver Omar Oscar "
    "Pablo Patricia Paul Peter Philip Priya Rachel Rafael Ravi Rebecca Renee Richard Rita Robert Rosa Ruth Samuel "
    "Sandra Sara Scott Sean Simon Sofia Stella Stephen Susan Sylvia Tamara Teresa Thomas Tina Tyler Ursula Valerie "
    "Victor Vincent Virginia Walter Wanda Wei Wendy William Xavier Yasmin Yolanda Yusuf Zachary Zoe"
)

LAST_NAMES = _words(
    "Abbott Acosta Adams Adeyemi Ahmad Alvarado Anderson Andrade Archer Ashby Bailey Banerjee Barlow Barnes Beaulieu "
    "Becker Bell Benson Bergeron Bishop Blackwood Boucher Bowen Boyd Brennan Brooks Burke Byrne Calloway Campbell "
    "Cardoso Carlson Carver Castillo Chang Chavez Clarke Cole Collins Connolly Cormier Costa Crawford Cruz Dalton "
    "Davenport Delgado Desai Diaz Dixon Doyle Dubois Duffy Eastman Edwards Ellison Espinoza Evans Farley Farrell "
    "Ferreira Fisher Fitzgerald Flores Foley Forbes Foster Fournier Gagnon Gallagher Garcia Gibson Gomez Graham "
    "Greene Griffin Guzman Hale Hansen Harmon Hartley Hassan Hawkins Hayes Hendricks Herrera Hoffman Holloway Hopkins "
    "Hughes Ibarra Ivanov Jackson Jensen Johansson Jordan Kaplan Keating Kelley Kennedy Khan Kim Klein Kowalski "
    "Lambert Larsen Lawson Leblanc Levesque Lindgren Lopez Lowell Lyons MacDonald Maddox Mahoney Marchand Martinez "
    "McCarthy McKenna Medina Mehta Mendoza Merrill Michaud Miller Mitchell Molina Monroe Morales Morgan Murphy "
    "Nakamura Navarro Nelson Nguyen Norton Nwosu O'Brien O'Connor Okafor Olsen Ortega Osborne Ouellette Park Parsons "
    "Patel Pelletier Peters Pham Phillips Pierce Porter Prescott Quinn Ramirez Rangel Reed Reyes Rhodes Rivera "
    "Robbins Romero Russo Sandoval Santos Sawyer Schultz Shah Shaw Silva Simmons Singh Snow Soto Spencer Stanton "
    "Sullivan Tanaka Taylor Thibodeau Thompson Torres Tran Turner Vargas Vaughn Vega Walker Wallace Walsh Warner "
    "Watanabe Weaver Webb Welch Whitman Wilkins Winslow Wolfe Wood Wright Yamada Young Zapata Zhang"
)

STREETS = _words(
    "Acadia Alder Anchor Apple Arbor Ash Bay Beacon Birch Bluff Bowditch Brook Canal Cedar Chapel Cherry Church Clay "
    "Cliff Commercial Congress Cooper Cove Cutter Depot Dock Elm Evergreen Fern Ferry Forest Foundry Franklin Granite "
    "Harbor Hawthorne Heron Hickory High Hillside Ironworks Juniper Kettle Lake Laurel Ledge Liberty Lighthouse "
    "Linden Locust Lumber Main Maple Market Meadow Mill Mooring Myrtle Oak Old Orchard Osprey Park Pearl Pier Pine "
    "Pleasant Pond Prospect Quarry Ridge River Rope Sawyer School Spring Spruce State Summer Sycamore Tannery Union "
    "Walnut Washington Water Willow Winter Wharf"
)
STREET_KINDS = (
    "Street",
    "Street",
    "Street",
    "Road",
    "Road",
    "Avenue",
    "Avenue",
    "Lane",
    "Court",
    "Drive",
    "Way",
    "Terrace",
)

COMPANY_NAMES = _names(
    "Acadian, Alder, Amberline, Anchor Bay, Beacon Hill, Birchwood, Blue Heron, Brightwater, Bridgeport, Calder, "
    "Cedar Ridge, Clearwater, Coastal, Copperfield, Cornerstone, Downeast, Eastgate, Ellery, Evergreen, Fairview, "
    "Falls River, Fernwood, Fieldstone, Foundry, Granite, Great Pond, Greenleaf, Halyard, Harbor Light, Heritage, "
    "High Tide, Hilltop, Ironbound, Keystone, Lakeshore, Landmark, Ledgewood, Lighthouse, Longview, Maplewood, "
    "Meridian, Millbrook, Northbay, Northern, Oakmont, Old Port, Orchard, Patriot, Penrose, Pinecrest, Pioneer, "
    "Quarry, Ridgeline, Riverbend, Rockport, Saltwater, Sandpiper, Seaboard, Seven Stars, Shoreline, Silver Birch, "
    "Sound, Stonebridge, Summit, Tidal, Timberline, Tri-County, Union, Valley, Westbrook, Whitecap, Windward, Yardarm"
)

# Trade -> (SIC code, what such a company does, words its name ends in).
TRADES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "bakery": ("2051", "Wholesale bakery", ("Bakery", "Bread Company")),
    "seafood": ("2092", "Fresh and frozen seafood packing", ("Seafood LLC", "Fisheries Inc")),
    "lumber": ("2421", "Sawmill and planing mill", ("Lumber Co", "Timber Products")),
    "plastics": ("3089", "Injection-molded plastics", ("Plastics Inc", "Molding Co")),
    "machine": ("3599", "Precision machine shop", ("Machine Works", "Precision Inc")),
    "storage": ("4222", "Refrigerated warehousing", ("Cold Storage LLC", "Warehousing Inc")),
    "trucking": ("4213", "Long-distance trucking", ("Trucking Inc", "Freight Lines")),
    "grocer": ("5411", "Grocery store", ("Market", "Grocers Inc")),
    "garage": ("7538", "Automotive repair", ("Auto Repair", "Garage LLC")),
    "restaurant": ("5812", "Restaurant", ("Grill", "Kitchen & Bar", "Diner")),
    "hotel": ("7011", "Hotel with conference rooms", ("Inn", "Hotel LLC")),
    "laundry": ("7215", "Coin-operated laundry", ("Laundry", "Wash House")),
    "clinic": ("8011", "Medical offices", ("Family Medicine", "Dental Group")),
    "office": ("6512", "Operator of office buildings", ("Properties LLC", "Realty Trust")),
    "hardware": ("5251", "Hardware store", ("Hardware", "Supply Co")),
}
SMALL_TRADES = ("bakery", "grocer", "garage", "restaurant", "laundry", "clinic", "office", "hardware", "hotel")
LARGE_TRADES = ("seafood", "lumber", "plastics", "machine", "storage", "trucking", "hotel", "office")

# Corporations whose subsidiaries hold the accounts: name, SIC code, what it does, and what its parts are called.
CORPORATIONS: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("Blue Mesa Semiconductor", "3674", "Semiconductor wafers", ("Blue Mesa Fab Operations", "Blue Mesa Test")),
    (
        "Tamarack Health System",
        "8062",
        "General hospitals",
        ("Tamarack Hospitals", "Tamarack Clinics"),
    ),
    ("Ellery Port Authority", "4491", "Marine cargo handling", ("Ellery Container Terminal", "Ellery Ferry Service")),
    ("Granite State Aggregates", "1429", "Crushed stone quarrying", ("Granite Quarries", "Granite Ready-Mix")),
    ("Lakeland University", "8221", "University", ("Lakeland Housing", "Lakeland Research Park", "Lakeland Athletics")),
    ("Orchard Retail Holdings", "5311", "Department stores", ("Orchard Stores", "Orchard Distribution")),
    ("Cascade County Schools", "8211", "Public schools", ("Cascade High Schools", "Cascade Elementary Schools")),
)


def human_name(random: Random) -> str:
    """A person's name as CC&B holds it: Last,First."""
    initial = f" {random.choice('ABCDEFGHJKLMNPRSTW')}" if random.random() < 0.3 else ""
    return f"{random.choice(LAST_NAMES)},{random.choice(FIRST_NAMES)}{initial}"


def street_address(random: Random) -> str:
    """House number and street."""
    return f"{random.randint(1, 1899)} {random.choice(STREETS)} {random.choice(STREET_KINDS)}"


def town(random: Random) -> Town:
    """A town, the larger ones more often."""
    return random.choices(TOWNS, weights=[each.weight for each in TOWNS])[0]


def phone(random: Random) -> str:
    """A telephone number of the range kept for invented ones."""
    return f"({random.choice(('207', '603'))}) 555-{random.randint(100, 199):04d}"
