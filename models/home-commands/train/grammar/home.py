"""The home: its rooms, its devices, and how people name them.

The right-hand names (`lamp`, `living room`, ...) are the ones that appear in the JSON actions.
"""

from __future__ import annotations

from dataclasses import dataclass

ROOMS: dict[str, tuple[str, ...]] = {
    "kitchen": ("kitchen",),
    "living room": ("living room", "lounge", "sitting room"),
    "dining room": ("dining room",),
    "bedroom": ("bedroom",),
    "bathroom": ("bathroom",),
    "nursery": ("nursery", "kids room"),
    "study": ("study", "office"),
    "hall": ("hall", "hallway", "corridor"),
    "garage": ("garage",),
    "basement": ("basement", "cellar"),
    "attic": ("attic", "loft"),
    "garden": ("garden", "yard"),
}

#: JSON room of a request that names the whole house.
ALL_ROOMS = "all"


@dataclass(frozen=True)
class Device:
    """One kind of device.

    names: what people call one of it. plurals: the names after "all the" (empty: never said so).
    actions: the grammar's actions that it can do (see requests.py). rooms: False when the home has
    just one and its room is never said.
    """

    names: tuple[str, ...]
    plurals: tuple[str, ...]
    actions: tuple[str, ...]
    rooms: bool = True


DEVICES: dict[str, Device] = {
    "lamp": Device(
        ("lamp", "light", "lights", "lamps", "lighting"),
        ("lights", "lamps"),
        ("on", "off", "level", "up", "down", "color", "get"),
    ),
    "fan": Device(
        ("fan", "ventilator", "fans"), ("fans",), ("on", "off", "level", "up", "down", "get")
    ),
    "heater": Device(
        ("heater", "heating", "radiator", "thermostat"),
        ("heaters", "radiators"),
        ("on", "off", "temp", "up", "down", "get"),
    ),
    "blinds": Device(
        ("blinds", "shades", "curtains", "shutters"),
        ("blinds", "curtains", "shutters"),
        ("open", "close", "level", "get"),
    ),
    "window": Device(("window", "windows"), ("windows",), ("open", "close", "get")),
    "door": Device(("door", "doors"), ("doors",), ("open", "close", "lock", "unlock", "get")),
    "music": Device(
        ("music", "radio", "speaker", "stereo"),
        ("speakers",),
        ("on", "off", "level", "up", "down", "next", "get"),
    ),
    "tv": Device(
        ("tv", "television", "telly"),
        ("tvs",),
        ("on", "off", "level", "up", "down", "channel", "get"),
    ),
    "plug": Device(("plug", "socket", "outlet"), ("plugs", "sockets"), ("on", "off", "get")),
    "coffee": Device(
        ("coffee machine", "coffee maker", "espresso machine"), (), ("on", "off", "get")
    ),
    "vacuum": Device(("vacuum", "robot vacuum", "hoover", "vacuum cleaner"), (), ("on", "off", "get")),
    "alarm": Device(("alarm", "burglar alarm", "alarm system"), (), ("on", "off", "get"), rooms=False),
    "timer": Device(("timer", "countdown"), (), ("count", "off", "get"), rooms=False),
    "temperature": Device(("temperature",), (), ("sense",)),
    "humidity": Device(("humidity",), (), ("sense",)),
    "all": Device(("everything", "all devices", "all the devices"), (), ("on", "off")),
}

#: Nouns for which "everywhere" makes sense; the rest are only ever named in one room or in none.
HOUSE_WIDE = ("lamp", "fan", "heater", "blinds", "window", "door", "music", "tv", "plug")

COLORS: dict[str, tuple[str, ...]] = {
    "red": ("red",),
    "green": ("green",),
    "blue": ("blue",),
    "yellow": ("yellow",),
    "orange": ("orange",),
    "purple": ("purple", "violet"),
    "pink": ("pink",),
    "white": ("white",),
    "warm": ("warm white", "warm"),
    "cool": ("cool white", "cool"),
}

#: Rooms that this home lacks: a request there is unknown. The second tuple is never trained on.
OTHER_ROOMS = (
    (
        "guest room", "sauna", "library", "pantry", "balcony", "gym", "laundry", "workshop",
        "conservatory", "toilet", "cinema", "shed", "barn", "wardrobe", "closet", "playroom",
        "utility room", "wine room", "studio", "lobby", "pool", "greenhouse", "cottage", "spa",
        "dungeon", "tower", "stable", "bakery", "kiosk", "elevator", "car", "bus", "castle",
        "chapel", "school", "hotel", "tent", "boat", "museum", "clinic", "game room", "bar",
    ),
    ("porch", "sunroom", "ballroom", "caravan", "boathouse", "server room", "music room", "patio"),
)

#: Devices that this home lacks. The second tuple is never trained on.
OTHER_DEVICES = (
    (
        "dishwasher", "washing machine", "dryer", "oven", "microwave", "fridge", "freezer",
        "toaster", "kettle", "blender", "mixer", "doorbell", "sprinkler", "lawn mower", "camera",
        "printer", "computer", "laptop", "phone", "tablet", "router", "modem", "projector",
        "game console", "piano", "guitar", "shower", "bath", "toilet", "sink", "tap", "boiler",
        "fireplace", "stove", "grill", "humidifier", "dehumidifier", "air purifier", "aquarium",
        "fountain", "elevator", "escalator", "drone", "car", "bike", "scooter", "hair dryer",
        "iron", "sewing machine", "drill", "saw", "pump", "generator", "battery", "solar panel",
        "electric blanket", "massage chair", "treadmill", "clock", "watch", "bread maker",
        "rice cooker", "slow cooker", "juicer", "ice maker", "popcorn machine", "smoke detector",
        "telescope", "keyboard", "mouse", "monitor", "scanner", "pool", "jacuzzi", "hot tub",
        "air conditioner", "gate", "fence", "mirror", "bed", "sofa", "chair", "table", "carpet",
        "pet feeder", "cat flap", "dog", "cat", "baby", "robot", "rocket", "spaceship", "reactor",
        "engine", "trumpet", "violin", "drum kit", "siren", "megaphone", "laser", "compressor",
        "welder", "crane", "lathe", "kiln", "loom", "webcam", "server", "synthesizer", "barbecue",
    ),
    (
        "waffle iron", "steamer", "food processor", "hot plate", "typewriter", "tractor",
        "chainsaw", "jukebox", "pinball machine", "hair straightener", "trampoline", "coffee table",
        "bookshelf", "hamster", "organ", "turntable", "sprayer", "leaf blower", "security camera",
    ),
)
