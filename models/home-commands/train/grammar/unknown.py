"""Requests that the home cannot carry out: general questions, errands, half sentences, things it lacks.

Slots are filled from `FILLERS`; the second tuple of each filler is never trained on. {n} is a number,
{x} a device of the home as requests.py says it, {y} a device that the home lacks, {odd} an invented
word, {r} a room of the home, {other} a room that it lacks.
"""

from __future__ import annotations

#: Questions and errands of the wide world.
WORLD: tuple[str, ...] = (
    "what is the capital of {country}", "where is {country}", "how many people live in {country}",
    "which language do they speak in {country}", "what is the population of {city}", "how far is it to {city}",
    "how big is {country}", "who is the president of {country}", "tell me about {country}", "what is the flag of {country}",
    "book a flight to {city}", "find me a hotel in {city}", "when does the train to {city} leave",
    "buy a ticket to {city}", "what time is it in {city}", "show me the way to {city}", "find a train to {city}",
    "what is the weather in {city}", "what is the weather like", "will it rain (today|tomorrow)", "is it going to snow (today|tomorrow)",
    "what is the weather like in {city} (today|tomorrow)", "do i need an umbrella today", "will the sun shine tomorrow", "how is the weather today",
    "who is {person}", "who was {person}", "when was {person} born", "what did {person} do", "tell me about {person}",
    "how old is {person}", "is {person} still alive", "where was {person} born", "call {name}", "send a message to {name}",
    "text {name} that i am late", "write an email to {name}", "read my messages", "invite {name} to dinner", "ask {name} to call me",
    "tell {name} that i will be late", "phone {name}", "ring {name} and tell him to come", "when is the birthday of {name}", "where is {name}",
    "send {name} an email", "how do i (cook|make|bake) {food}", "order {food}", "order me some {food}", "what is in {food}",
    "give me a recipe for {food}", "how many calories are in {food}", "buy {food}", "add {food} to my shopping list",
    "is {food} healthy", "where can i get {food}", "i want to eat {food}", "who invented {food}", "how long does {food} take to cook",
    "do we have any {food} left", "cook {food} for dinner", "what goes well with {food}", "put {food} on the list",
    "what is {n} plus {n}", "what is {n} minus {n}", "how much is {n} times {n}", "divide {n} by {n}", "add {n} and {n}",
    "what is {n} percent of {n}", "what is the square root of {n}", "count to {n}", "is {n} a prime number", "convert {n} miles to kilometers",
    "how many seconds are in {n} hours", "how much is {n} dollars in euros", "multiply {n} by {n}", "subtract {n} from {n}", "roll a dice", "flip a coin",
    "pick a number between {n} and {n}", "write a poem about {thing}", "write a story about {thing}", "tell me a story about {thing}", "tell me a story",
    "what is {thing}", "what are {thing}", "explain {thing} to me", "define {thing}", "how does {thing} work", "who invented {thing}",
    "draw a picture of {thing}", "show me pictures of {thing}", "tell me something about {thing}", "what is the meaning of {thing}",
    "how do you spell {thing}", "translate {thing} into {language}", "how do you say {thing} in {language}", "what is {thing} in {language}",
    "do you speak {language}", "speak {language}", "can you teach me {language}", "say {thing} in {language}", "teach me {thing}", "why is {thing} important",
    "what do you think about {thing}", "are you interested in {thing}", "i love {thing}", "i am reading a book about {thing}", "i dream of {thing}",
    "we talked about {thing} yesterday", "my friend {name} likes {thing}", "search the internet for {thing}", "google {thing}", "look up {thing}",
    "what do {animal} eat", "how long do {animal} live", "can {animal} swim", "how fast are {animal}", "where do {animal} live", "do {animal} sleep",
    "how many legs do {animal} have", "are {animal} dangerous", "show me some {animal}", "i am afraid of {animal}", "how much do {animal} weigh", "why do {animal} sing",
    "who won the (game|match|race|election)", "who won the world cup", "what is the score of the game", "what are the news today", "read the news",
    "tell me the news", "what is on my calendar", "what do i have to do today", "add a meeting to my calendar", "cancel my meeting", "what is the date today",
    "what day is it", "what time is it", "what year is it", "how late is it", "when is easter", "how many days until christmas", "when is the next holiday",
    "how is the traffic", "how is the stock market", "what is the price of gold", "sell my stocks", "pay my bills", "how much money do i have", "transfer {n} dollars to {name}",
    "play chess with me", "play a game with me", "let's play a quiz", "ask me a riddle", "sing me a song about {thing}", "recommend me a movie", "recommend a book about {thing}",
    "what should i wear today", "what should i cook tonight", "am i beautiful", "what is the meaning of life", "is there a god", "is there life on mars",
    "how high is the highest mountain", "how deep is the sea", "why is the sky blue", "why is grass green", "how far away is the moon", "how hot is the sun", "when did the war end",
    "who wrote that book", "who painted that picture", "what is the fastest car", "what is the longest river", "where are my keys", "where did i put my glasses", "find my phone",
    "feed the {pet}", "walk the {pet}", "wash the dishes", "do the laundry", "iron my shirts", "water the plants", "mow the lawn", "take out the trash", "make my bed", "do my homework",
    "scratch my back", "wash my car", "drive me to work", "order a taxi", "call the police", "call a doctor", "call an ambulance", "fix my bike", "repair the roof", "paint the walls",
    "cut my hair", "bring me my shoes", "give me a hug", "hold my hand", "buy me a car", "clean my teeth", "write my essay", "post this on the internet", "take a picture of me",
    "update yourself", "restart yourself", "install an update", "delete all my files", "download a movie", "print this page", "send me the report", "connect to the wifi", "what is the wifi password",
)

#: Orders to devices that the home lacks, or in rooms that it lacks.
LACKING: tuple[str, ...] = (
    "turn (on|off) the {y}", "turn the {y} (on|off)", "switch (on|off) the {y}", "switch the {y} (on|off)", "start the {y}", "stop the {y}", "{y} (on|off)",
    "turn (on|off) the {y} in {r}", "turn (on|off) my {y}", "set the {y} to {n} percent", "set the {y} to {n}", "set the {y} in {r} to {n} percent", "open the {y}", "close the {y}",
    "open the {y} in {r}", "close the {y} in {r}", "lock the {y}", "unlock the {y}", "dim the {y}", "make the {y} brighter", "turn up the {y}", "turn down the {y}", "turn the {y} up a bit", "turn the {y} down a bit",
    "is the {y} (on|off|open|closed|running)", "is the {y} in {r} (on|off|open)", "check the {y}", "what is the {y} doing", "did i leave the {y} on", "the {y} in {r} (on|off)", "put the {y} on", "make the {y} go faster",
    "i want the {y} (on|off)", "the {y} should be (on|off)", "activate the {y}", "disable the {y}", "power up the {y}", "shut down the {y}", "set the {y} to green", "make the {y} red", "the {r} {y} (on|off)",
    "turn (on|off) the lamp in the {other}", "turn the lights (on|off) in the {other}", "switch (on|off) the {other} light", "set the {other} lights to {n} percent", "open the {other} door", "close the window in the {other}", "lock the {other} door",
    "is the light on in the {other}", "how warm is it in the {other}", "set the heater in the {other} to {n} degrees", "vacuum the {other}", "play music in the {other}", "turn (on|off) the fan in the {other}", "turn up the music in the {other}", "dim the lights in the {other}",
    "make the lamp in the {other} blue", "is the {other} window open", "close the blinds in the {other}", "turn (on|off) the tv in the {other}", "turn down the heating in the {other}", "heat the {other}", "what is the humidity in the {other}", "the {other} is too dark", "it is cold in the {other}",
)

#: Requests about the home that it cannot carry out: negations, conditions,
#: clock times, several things at once, half sentences and words without a referent.
REFUSED: tuple[str, ...] = (
    "don't {order}", "do not {order}", "never {order}", "please don't {order}", "you must not {order}", "you should not {order}",
    "{order} (when|if|as soon as) i (come home|leave|am asleep)", "{order} (when|if) it (rains|gets dark|is cold)", "{order} at {n} o'clock", "{order} at {n} (am|pm)", "{order} tomorrow", "{order} every (day|morning|evening|monday|night)", "if it rains {order}", "when i come home {order}",
    "{order} and {second}", "{order} and then {second}", "{order} , {second}", "{order} or {second}", "first {order} then {second}", "{order} but not {x}",
    "dim the (fan|heater|door|window|plug|coffee machine)", "make the (fan|heater|door|window) brighter", "make the (lamp|light|door|window) louder", "play the (lamp|fan|door|window)",
    "turn (it|them|that|this) (on|off)", "turn (on|off) (it|them|that|this)", "turn on", "turn off", "switch (it|them|that) (on|off)", "set (it|that|them) to {n}", "set (it|that) to {n} percent", "make it {n}", "open (it|them|that)", "close (it|them|that)", "(lock|unlock) (it|that|them)",
    "set", "set {x}", "set {x} to", "turn {x}", "switch {x}", "in {r}", "{r}", "{x}", "{n}", "{n} percent", "{n} degrees", "the", "make {x}", "change {x}", "put {x}", "could you", "please", "can you please", "i want you to", "and", "to {n} percent", "on", "off", "up", "down", "open", "close", "is it on", "is it open",
    "buy a new {d}", "where did you buy {x}", "how much does {x} cost", "throw {x} away", "sell {x}", "i like {x}", "{x} is nice", "{x} is broken", "repair {x}", "paint {x}", "clean {x}", "who bought {x}", "is {x} expensive", "what is a {d}", "how does {x} work", "who invented the {d}", "where is {x}", "why is there a {d} in {r}", "what does {x} weigh", "how old is {x}", "i hate {x}", "eat {x}", "kick {x}", "hug {x}", "wash {x}", "move {x} to {r}", "bring {x} to {r}", "write a poem about {x}", "draw {x}",
)

#: Words without meaning: keyboard noise and invented sentences are made of {odd}.
NOISE: tuple[str, ...] = (
    "{odd}", "{odd} {odd}", "{odd} {odd} {odd}", "{odd} the {odd}", "{odd} {n}", "the {odd} is {odd}", "what is a {odd}", "{odd} my {odd}", "i {odd} you", "{thing}", "{animal}", "{food}", "{city}", "{name}", "{n} {odd}", "{odd} in {r}", "{odd} the {d}", "{odd} {x}", "{odd} on", "is {odd} {odd}", "please {odd}", "could you {odd} the {odd}", "who is {odd}", "{odd} {odd} in the {odd}", "...", "???", "!", "{n} {n} {n}", "{thing} and {thing}", "{name} and {name}", "{odd} to {n} percent",
)

FILLERS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "country": (("france", "spain", "italy", "japan", "china", "brazil", "canada", "peru", "egypt", "kenya", "norway", "sweden", "india", "turkey", "greece", "poland", "austria", "chile", "cuba", "iceland", "ireland", "mexico", "nepal", "russia", "vietnam"), ("portugal", "finland", "morocco", "hungary", "thailand")),
    "city": (("paris", "london", "rome", "berlin", "madrid", "tokyo", "boston", "chicago", "vienna", "moscow", "cairo", "delhi", "sydney", "oslo", "dublin", "athens", "lisbon", "milan", "zurich", "seattle", "denver", "lima", "prague"), ("hamburg", "geneva", "toronto", "naples", "helsinki")),
    "person": (("einstein", "mozart", "napoleon", "cleopatra", "shakespeare", "picasso", "newton", "darwin", "beethoven", "columbus", "the queen", "the pope", "elvis", "gandhi", "lincoln", "marie curie", "the king of spain"), ("galileo", "rembrandt", "tolstoy", "ada lovelace")),
    "name": (("anna", "tom", "peter", "maria", "john", "lisa", "david", "sarah", "mike", "emma", "paul", "laura", "my mother", "my father", "my boss", "grandma", "my wife", "my brother", "james", "olivia", "the neighbour", "max", "julia"), ("felix", "hannah", "my sister", "uncle bob", "nora")),
    "food": (("pizza", "pasta", "bread", "soup", "rice", "sushi", "cake", "cookies", "milk", "eggs", "butter", "cheese", "apples", "bananas", "salad", "pancakes", "noodles", "curry", "steak", "potatoes", "ice cream", "chocolate", "tea", "wine", "fish", "beans"), ("lasagna", "tomatoes", "yoghurt", "burgers", "honey")),
    "thing": (("the sea", "love", "dragons", "gravity", "physics", "history", "the moon", "money", "football", "politics", "music theory", "space", "art", "war", "peace", "winter", "summer", "flowers", "trees", "robots", "democracy", "mathematics", "electricity", "poetry", "a black hole", "the internet", "happiness", "tennis", "dinosaurs", "freedom", "time", "water", "volcanoes", "chemistry"), ("evolution", "the universe", "basketball", "philosophy", "bridges", "castles")),
    "language": (("french", "spanish", "german", "italian", "chinese", "japanese", "latin", "dutch", "russian", "greek", "polish", "arabic"), ("swedish", "korean", "turkish")),
    "animal": (("cats", "dogs", "birds", "elephants", "lions", "horses", "spiders", "snakes", "whales", "bees", "ants", "cows", "sharks", "frogs", "wolves", "bears", "mice", "owls"), ("penguins", "tigers", "turtles", "zebras")),
    "pet": (("cat", "dog", "fish", "hamster", "parrot", "rabbit"), ("turtle", "snake")),
}
