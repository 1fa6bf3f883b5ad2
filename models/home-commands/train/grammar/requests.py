"""Phrasings of requests that the home can carry out, by action.

Each action has three lists: `order` (imperatives, which politeness may wrap), `say` (statements and
fragments) and `ask` (questions). Slots: {x} the device with or without its room, {d} the device
alone, {r} the room with its article, {in} "in the room" or nothing, {v} a value, {a} an amount of
change or nothing.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Phrases:
    """The phrasings of one action for the named devices."""

    action: str
    devices: tuple[str, ...]
    order: tuple[str, ...] = ()
    say: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()


_SWITCHED = ("lamp", "fan", "heater", "music", "tv", "plug", "coffee", "vacuum", "alarm", "all")
_OPENED = ("blinds", "window", "door")

PHRASES: tuple[Phrases, ...] = (
    Phrases(
        "on",
        _SWITCHED,
        order=(
            "turn on {x}", "turn {x} on", "switch on {x}", "switch {x} on", "put {x} on",
            "put on {x}", "power on {x}", "power {x} up", "power up {x}", "start {x}", "start up {x}",
            "activate {x}", "enable {x}", "get {x} (going|running)", "make sure {x} is on",
            "make sure that {x} is (running|going)", "flip {x} on", "flip on {x}", "have {x} (on|running)",
            "see that {x} is (switched|turned) on", "turn {x} back on", "switch {x} back on",
            "get {x} to (start|turn on)", "set {x} to on", "keep {x} on", "make {x} (start|go on)",
            "let {x} run", "set {x} running", "bring {x} up", "go and start {x}",
        ),
        say=(
            "{x} on", "{x} : on", "(i want|i need|i would like) {x} on", "{x} (should|must) be on",
            "i (want|need) {x} (running|turned on|switched on)", "{x} (should|must) be (running|switched on)",
            "it is time to (start|turn on) {x}", "i would like {x} to be (on|running)",
            "i (want|need) you to (start|turn on|switch on) {x}", "{x} needs to be (on|running)",
            "{x} needs to start", "time to switch on {x}", "{x} should not be off", "{x} must not be off", "i don't want {x} off", "{x} is not supposed to be off", "{x} should not be (switched|turned) off", "i'd like {x} (switched|turned) on",
        ),
        ask=(
            "(could|can) {x} be (turned|switched) on", "is it possible to (start|turn on) {x}",
            "would it be possible to switch on {x}", "(could|can) i have {x} on",
            "may i have {x} (running|switched on)", "(could|can) we get {x} (on|going)",
            "why is {x} not on , turn it on", "why don't you (start|switch on) {x}",
        ),
    ),
    Phrases(
        "off",
        _SWITCHED,
        order=(
            "turn off {x}", "turn {x} off", "switch off {x}", "switch {x} off", "put {x} off",
            "power off {x}", "power {x} down", "power down {x}", "stop {x}", "shut off {x}", "shut {x} off",
            "shut down {x}", "shut {x} down", "kill {x}", "disable {x}", "deactivate {x}", "cut {x}",
            "make sure {x} is off", "make sure that {x} is (stopped|not running)", "flip {x} off",
            "see that {x} is (switched|turned) off", "get {x} to (stop|turn off)", "set {x} to off",
            "keep {x} off", "make {x} (stop|go off)", "cut the power (to|of) {x}", "have {x} (off|stopped)",
            "go and stop {x}", "go and kill {x}", "cut {x} off", "turn {x} back off",
        ),
        say=(
            "{x} off", "{x} : off", "(i want|i need|i would like) {x} off", "{x} (should|must) be off",
            "i (want|need) {x} (stopped|turned off|switched off)", "{x} should not be (on|running)",
            "it is time to (stop|turn off) {x}", "no more {d}{in}", "enough of {x}",
            "i would like {x} to be off", "i (want|need) you to (stop|turn off|switch off) {x}",
            "{x} needs to be off", "{x} needs to stop", "time to switch off {x}",
            "i'd like {x} (switched|turned) off", "i don't need {x} any more", "we don't need {x} any more",
            "{x} can go off", "{x} can be (stopped|turned off)", "{x} must not be (on|running)", "i don't want {x} (on|running)", "{x} is not supposed to be (on|running)", "i do not want {x} to be (on|running)",
            "{x} should not be (switched|turned) on",
        ),
        ask=(
            "(could|can) {x} be (turned|switched) off", "is it possible to (stop|turn off) {x}",
            "would it be possible to switch off {x}", "(could|can) i have {x} off",
            "may i have {x} (stopped|switched off)", "(could|can) we get {x} (off|stopped)",
            "why is {x} still on , turn it off", "why don't you (stop|switch off) {x}",
        ),
    ),
    Phrases(
        "on",
        ("lamp",),
        order=("light up {r}", "light {r} up", "make it light in {r}", "give me some light{in}", "bring some light to {r}"),
        say=("it is (too|very|so) dark in {r}", "{r} is (too|so|very) dark", "i can't see (a thing|anything) in {r}", "i need (some|more) light in {r}", "we need some light in {r}", "i can't see in {r} , it is dark"),
    ),
    Phrases(
        "off",
        ("lamp",),
        order=("make it dark in {r}", "make {r} dark"),
        say=("lights out{in}", "i want it dark in {r}", "i want {r} to be dark", "{r} should be dark"),
    ),
    Phrases(
        "on",
        ("heater",),
        order=("heat {r}", "heat up {r}", "heat {r} up", "get {r} heated", "start to heat {r}", "start heating {r}"),
        say=("{r} (needs|should get) some heat", "i want some heat in {r}", "we need heat in {r}"),
    ),
    Phrases("off", ("heater",), order=("stop heating {r}", "no more heat in {r}", "stop the heat in {r}", "cut the heat in {r}")),
    Phrases(
        "on",
        ("music",),
        order=("play music{in}", "play (some|a bit of) music{in}", "put some music on{in}", "play me (some music|a song|something){in}", "play a (song|tune){in}", "start playing music{in}", "let music play{in}", "let me hear (some music|a song){in}"),
        say=("i want to (hear|listen to) (some music|a song){in}", "music{in} please", "some music{in} would be nice", "i'd like to (hear|listen to) music{in}"),
        ask=("(could|can) we (hear|have) some music{in}", "how about (some music|a song){in}", "what about some music{in}"),
    ),
    Phrases("off", ("music",), order=("pause {x}", "stop playing{in}", "stop playing music{in}", "silence {x}", "stop the song{in}", "pause the song{in}", "mute {x}", "silence the song{in}")),
    Phrases(
        "next",
        ("music",),
        order=("skip this (song|track){in}", "next (song|track){in}", "play the next (song|track|one){in}", "skip the song{in}", "skip to the next (song|track){in}", "go to the next song{in}", "play another (song|one|track){in}", "play something else{in}", "change the (song|track){in}", "put on another song{in}", "go on to the next track{in}", "put the next song on{in}"),
        say=("i don't like this (song|track){in}", "i want (another|the next) song{in}", "another (song|track){in}", "i don't want to hear this song{in}", "i want to hear something else{in}"),
    ),
    Phrases(
        "on",
        ("coffee",),
        order=("make (me|us|) (some|a) coffee{in}", "brew (some|a cup of|a) coffee{in}", "make (me|us|) a cup of coffee{in}", "get the coffee going{in}", "get me a coffee{in}", "start (the|some) coffee{in}", "brew me a coffee{in}", "make (me|us|) an espresso{in}", "brew an espresso{in}"),
        say=("i (want|need) (a|some) coffee", "i would like (a|a cup of) coffee", "coffee (please|now)", "i need an espresso", "i could use a coffee", "coffee time", "time for (a coffee|coffee|an espresso)", "i could use a cup of coffee"),
        ask=("(could|can|may) i (have|get) a coffee", "how about a (coffee|cup of coffee)", "can i have a cup of coffee", "can i get an espresso"),
    ),
    Phrases(
        "on",
        ("vacuum",),
        order=("vacuum {r}", "hoover {r}", "vacuum in {r}", "run the (vacuum|hoover|robot){in}", "clean {r}", "clean up {r}", "clean the floor{in}", "sweep {r}", "start (cleaning|vacuuming) {r}", "sweep the floor{in}", "get {r} cleaned", "vacuum the floor{in}", "send the (vacuum|hoover|robot) to {r}", "do the floor{in}"),
        say=("{r} is (dirty|dusty)", "the floor{in} is dirty", "{r} needs (cleaning|vacuuming)", "the floor{in} needs cleaning", "the floor{in} is dusty", "{r} needs to be (cleaned|vacuumed)", "i want {r} (cleaned|vacuumed)"),
        ask=("(can|could) {r} be (cleaned|vacuumed)", "(can|could) you do the floor{in}"),
    ),
    Phrases("off", ("vacuum",), order=("stop cleaning{in}", "stop vacuuming{in}", "stop cleaning {r}", "stop vacuuming {r}", "send the (vacuum|robot|hoover) home", "send the vacuum back home")),
    Phrases("on", ("alarm",), order=("arm {x}", "set {x}", "arm the house", "secure the house", "set {x} for the night", "arm {x} for the night"), say=("we are leaving , arm {x}", "i am leaving , set {x}")),
    Phrases("off", ("alarm",), order=("disarm {x}", "disarm the house", "unset {x}", "silence {x}", "mute {x}"), say=("we are back , disarm {x}", "i am back , unset {x}")),
    Phrases("off", ("timer",), order=("cancel {x}", "stop {x}", "clear {x}", "delete {x}", "turn off {x}", "turn {x} off", "remove {x}", "forget {x}", "switch {x} off", "reset {x}", "forget about {x}", "get rid of {x}"), say=("i don't need {x} any more", "no more timer", "{x} off", "we don't need {x} any more")),
    Phrases(
        "open",
        _OPENED,
        order=("open {x}", "open up {x}", "get {x} open", "open {x} up", "have {x} open", "make sure {x} is open", "set {x} to open", "see that {x} is open", "keep {x} open", "leave {x} open", "pull {x} open", "let {x} open", "open {x} wide", "push {x} open", "put {x} wide open"),
        say=("{x} open", "{x} : open", "i (want|need) {x} open", "{x} (should|must) be open", "i would like {x} (open|opened)", "it is time to open {x}", "i want you to open {x}", "{x} needs to be (open|opened)", "i need {x} opened up", "{x} can be opened", "{x} should not be (closed|shut)", "{x} must not be (closed|shut)", "i don't want {x} (closed|shut)", "{x} is not supposed to be (closed|shut)", "i do not want {x} to be closed"),
        ask=("(could|can) {x} be opened", "is it possible to open {x}", "(could|can) i have {x} open", "could we get {x} open", "would it be possible to open {x}", "why is {x} not open , open it"),
    ),
    Phrases(
        "close",
        _OPENED,
        order=("close {x}", "shut {x}", "close up {x}", "get {x} (closed|shut)", "close {x} up", "have {x} closed", "make sure {x} is (closed|shut)", "set {x} to closed", "see that {x} is closed", "keep {x} (closed|shut)", "pull {x} shut", "let {x} close", "push {x} shut", "leave {x} closed", "pull {x} closed"),
        say=("{x} (closed|shut)", "{x} : closed", "i (want|need) {x} (closed|shut)", "{x} (should|must) be closed", "i would like {x} (closed|shut)", "it is time to (close|shut) {x}", "i want you to (close|shut) {x}", "{x} needs to be (closed|shut)", "i need {x} closed up", "{x} can be closed", "{x} should not be open", "{x} must not be open", "i don't want {x} open", "{x} is not supposed to be open", "i do not want {x} to be open", "{x} should not be (left|kept) open"),
        ask=("(could|can) {x} be (closed|shut)", "is it possible to (close|shut) {x}", "(could|can) i have {x} (closed|shut)", "could we get {x} closed", "would it be possible to close {x}", "why is {x} still open , close it"),
    ),
    Phrases("open", ("blinds",), order=("raise {x}", "pull up {x}", "roll up {x}", "pull {x} up", "roll {x} up", "draw back {x}", "raise {x} all the way", "pull {x} all the way up", "draw {x} back"), say=("{x} up", "{x} all the way up", "i want {x} up")),
    Phrases("close", ("blinds",), order=("lower {x}", "pull down {x}", "roll down {x}", "pull {x} down", "roll {x} down", "lower {x} all the way", "pull {x} all the way down", "let {x} down", "let down {x}"), say=("{x} down", "{x} all the way down", "i want {x} down")),
    Phrases("open", ("window",), order=("let some (fresh|) air into {r}", "air {r}", "air out {r}", "get some fresh air into {r}", "let fresh air in{in}"), say=("it is (stuffy|stale) in {r}", "{r} is stuffy", "{r} needs some (fresh|) air", "the air in {r} is (stale|stuffy)", "i want some fresh air in {r}")),
    Phrases("lock", ("door",), order=("lock {x}", "lock up {x}", "bolt {x}", "lock {x} up", "make sure {x} is (locked|bolted)", "get {x} locked", "keep {x} locked", "secure {x}", "see that {x} is (locked|secured)", "bolt up {x}", "put the lock on {x}", "keep {x} (secured|bolted)"), say=("{x} locked", "i want {x} (locked|bolted)", "{x} should be (locked|secured)", "i need {x} locked", "{x} needs to be locked", "{x} : locked", "{x} must be locked", "it is time to lock {x}"), ask=("(could|can) {x} be locked", "is it possible to lock {x}", "would it be possible to lock {x}")),
    Phrases("unlock", ("door",), order=("unlock {x}", "unbolt {x}", "get {x} unlocked", "make sure {x} is (unlocked|unbolted)", "take the lock off {x}", "unlock {x} (for me|for us)", "leave {x} unlocked", "keep {x} unlocked", "see that {x} is unlocked", "release the lock (of|on) {x}", "take the bolt off {x}", "release the bolt of {x}", "let me in through {x}", "let us in through {x}"), say=("{x} unlocked", "i want {x} (unlocked|unbolted)", "{x} should be unlocked", "i need {x} unlocked", "{x} needs to be unlocked", "{x} : unlocked", "{x} must be unlocked", "it is time to unlock {x}"), ask=("(could|can) {x} be unlocked", "is it possible to unlock {x}", "would it be possible to unlock {x}")),
    Phrases(
        "level",
        ("lamp", "fan", "music", "tv", "blinds"),
        order=("set {x} to {v}", "put {x} (at|on|to) {v}", "bring {x} to {v}", "change {x} to {v}", "turn {x} to {v}", "set {p} to {v}", "change {p} to {v}", "put {p} at {v}", "bring {p} to {v}", "make {p} {v}", "adjust {x} to {v}", "adjust {p} to {v}", "get {x} to {v}", "keep {x} at {v}", "have {x} at {v}", "let {x} go to {v}", "set {v} for {x}", "give me {v} on {x}", "make {x} {v}", "let {p} be {v}", "move {x} to {v}", "keep {p} at {v}"),
        say=("{x} (at|to) {v}", "{x} (at|to) {v} (please|now)", "{x} {v}", "{p} {v}", "{p} (at|to) {v}", "i want {x} at {v}", "i (need|want) {p} at {v}", "{v} for {x}", "{v} on {x}", "{x} should be at {v}", "{p} should be {v}", "i would like {x} at {v}", "i would like {p} to be {v}", "{v} is good for {x}", "{v} is good for {p}"),
        ask=("(could|can) {x} be set to {v}", "(could|can) i have {x} at {v}", "can we set {p} to {v}", "could we have {x} at {v}", "could {p} be {v}"),
    ),
    Phrases("level", ("lamp",), order=("dim {x} to {v}", "dim {x} down to {v}", "brighten {x} to {v}", "turn {x} down to {v}", "turn {x} up to {v}", "lower {x} to {v}", "raise {x} to {v}", "brighten {x} up to {v}", "reduce {x} to {v}", "lower {p} to {v}", "raise {p} to {v}", "increase {p} to {v}", "reduce {p} to {v}", "increase {x} to {v}")),
    Phrases("level", ("fan", "music", "tv"), order=("turn {x} down to {v}", "turn {x} up to {v}", "lower {p} to {v}", "raise {p} to {v}", "increase {p} to {v}", "reduce {p} to {v}", "lower {x} to {v}", "turn {p} up to {v}", "turn {p} down to {v}", "reduce {x} to {v}")),
    Phrases("level", ("blinds",), order=("lower {x} to {v}", "raise {x} to {v}", "open {x} to {v}", "close {x} to {v}", "pull {x} to {v}", "roll {x} to {v}", "pull {x} down to {v}", "pull {x} up to {v}")),
    Phrases(
        "temp",
        ("heater",),
        order=("set {x} to {v}", "put {x} (at|on|to) {v}", "bring {x} to {v}", "change {x} to {v}", "turn {x} to {v}", "turn {x} (up|down) to {v}", "set the temperature{in} to {v}", "change the temperature{in} to {v}", "heat {r} to {v}", "bring {r} to {v}", "warm {r} up to {v}", "heat {r} up to {v}", "warm {r} to {v}", "get {r} to {v}", "set {r} to {v}", "keep {r} at {v}", "keep {x} at {v}", "make it {v} in {r}", "make {r} {v}", "adjust {x} to {v}", "adjust the temperature{in} to {v}", "lower {x} to {v}", "raise {x} to {v}", "bring the temperature{in} to {v}", "raise the temperature{in} to {v}", "lower the temperature{in} to {v}", "set {v} for {r}", "set {v} on {x}", "keep the temperature{in} at {v}", "keep it at {v} in {r}"),
        say=("{x} (at|to) {v}", "{x} {v}", "i want {x} at {v}", "i want it {v} in {r}", "i (want|would like) {v} in {r}", "{v} in {r} please", "{r} should be (at|) {v}", "it should be {v} in {r}", "{x} should be at {v}", "the temperature{in} should be {v}", "i need {r} at {v}", "{v} for {r}", "i want {r} to be {v}", "i would like it to be {v} in {r}"),
        ask=("(could|can) {x} be set to {v}", "can we have {v} in {r}", "could it be {v} in {r}", "could we set {r} to {v}", "can {r} be {v}"),
    ),
    Phrases(
        "up",
        ("lamp", "fan", "heater", "music", "tv"),
        order=("turn {x} up{a}", "turn up {x}{a}", "increase {x}{a}", "raise {x}{a}", "turn {p} up{a}", "increase {p}{a}", "raise {p}{a}", "turn up {p}{a}", "bring {p} up{a}", "push {p} up{a}", "push {x} up{a}", "boost {x}{a}", "boost {p}{a}", "step {x} up{a}", "step up {p}{a}", "bump up {x}{a}", "bump {p} up{a}", "crank up {x}{a}", "crank {x} up{a}", "put {p} up{a}"),
        say=("{x} should go up{a}", "{p} up{a}", "i want {p} up{a}", "i want {x} turned up{a}", "{p} should be higher{a}", "{p} is too low", "i want {p} higher{a}", "{x} is too low", "{x} should be turned up{a}", "{p} needs to go up{a}"),
        ask=("can {x} go up{a}", "(could|can) {x} be turned up{a}", "could {p} be higher", "can {p} go up{a}"),
    ),
    Phrases(
        "down",
        ("lamp", "fan", "heater", "music", "tv"),
        order=("turn {x} down{a}", "turn down {x}{a}", "decrease {x}{a}", "lower {x}{a}", "reduce {x}{a}", "turn {p} down{a}", "decrease {p}{a}", "lower {p}{a}", "reduce {p}{a}", "turn down {p}{a}", "bring {p} down{a}", "push {p} down{a}", "drop {p}{a}", "step {x} down{a}", "step down {p}{a}", "bump down {x}{a}", "bump {p} down{a}", "drop {x}{a}", "put {p} down{a}", "bring {x} down{a}"),
        say=("{x} should go down{a}", "{p} down{a}", "i want {p} down{a}", "i want {x} turned down{a}", "{p} should be lower{a}", "{p} is too high", "i want {p} lower{a}", "{x} is too high", "{x} should be turned down{a}", "{p} needs to go down{a}"),
        ask=("can {x} go down{a}", "(could|can) {x} be turned down{a}", "could {p} be lower", "can {p} go down{a}"),
    ),
    Phrases("up", ("lamp",), order=("brighten {x}{a}", "brighten up {x}{a}", "make {x}{a} brighter", "make it{a} brighter in {r}", "make {r}{a} brighter", "brighten {r}{a}", "let {x} be{a} brighter"), say=("i want {x}{a} brighter", "{x} should be{a} brighter", "i need {x}{a} brighter", "{x}{a} brighter", "brighter{in}{a}", "i want it{a} brighter in {r}"), ask=("can {x} be{a} brighter", "could it be{a} brighter in {r}")),
    Phrases("down", ("lamp",), order=("dim {x}{a}", "dim down {x}{a}", "make {x}{a} (dimmer|darker)", "make it{a} (dimmer|darker) in {r}", "make {r}{a} (dimmer|darker)", "dim {r}{a}", "let {x} be{a} dimmer", "dim {x} down{a}"), say=("{x} is too bright", "it is too bright in {r}", "{r} is too bright", "i want {x}{a} (dimmer|darker)", "{x} should be{a} dimmer", "{x}{a} (dimmer|darker)", "i want it{a} darker in {r}"), ask=("can {x} be{a} (dimmer|darker)", "could it be{a} darker in {r}")),
    Phrases("up", ("fan",), order=("make {x}{a} faster", "speed up {x}{a}", "speed {x} up{a}", "let {x} (spin|turn|blow){a} faster"), say=("{x} is too slow", "i want {x}{a} faster", "{x} should be{a} faster", "{x}{a} faster"), ask=("can {x} be{a} faster", "can {x} spin{a} faster")),
    Phrases("down", ("fan",), order=("make {x}{a} slower", "slow down {x}{a}", "slow {x} down{a}", "let {x} (spin|turn|blow){a} slower"), say=("{x} is too fast", "i want {x}{a} slower", "{x} should be{a} slower", "{x}{a} slower"), ask=("can {x} be{a} slower", "can {x} spin{a} slower")),
    Phrases("up", ("music", "tv"), order=("make {x}{a} louder", "play {x}{a} louder", "let {x} be{a} louder"), say=("{x} is too quiet", "i would like {x}{a} louder", "{x} could be{a} louder", "i can't hear {x}", "i can hardly hear {x}", "{x} should be{a} louder", "i want {x}{a} louder", "{x}{a} louder"), ask=("can {x} be{a} louder", "could we have {x}{a} louder")),
    Phrases("down", ("music", "tv"), order=("make {x}{a} quieter", "play {x}{a} quieter", "let {x} be{a} quieter", "play {x}{a} softer", "make {x}{a} softer", "turn {x}{a} softer", "let {x} be{a} softer"), say=("{x} is too loud", "{x} is much too loud", "{x} should be{a} (quieter|softer)", "i want {x}{a} (quieter|softer)", "{x}{a} (quieter|softer)", "i would like {x}{a} softer", "{x} could be{a} (quieter|softer)"), ask=("can {x} be{a} (quieter|softer)", "could we have {x}{a} quieter")),
    Phrases("up", ("heater",), order=("make it{a} warmer in {r}", "make {r}{a} warmer", "warm up {r}{a}", "warm {r} up{a}", "make {r}{a} hotter", "turn the temperature{in} up{a}", "raise the temperature{in}{a}", "warm {r}{a}"), say=("it is (too|so|very|really) cold in {r}", "{r} is (too|so|very) cold", "i am (cold|freezing) in {r}", "it is (freezing|chilly) in {r}", "i want it{a} warmer in {r}", "it should be{a} warmer in {r}", "{r} is (freezing|chilly)", "{r} should be{a} warmer", "{r} is not warm enough", "it is not warm enough in {r}"), ask=("can it be{a} warmer in {r}", "why is it so cold in {r}", "could {r} be{a} warmer", "why is {r} so cold")),
    Phrases("down", ("heater",), order=("make it{a} (cooler|colder) in {r}", "make {r}{a} (cooler|colder)", "cool down {r}{a}", "cool {r} down{a}", "turn the temperature{in} down{a}", "lower the temperature{in}{a}", "cool {r}{a}"), say=("it is (too|so|very|really) (hot|warm) in {r}", "{r} is (too|so|very) (hot|warm)", "i am sweating in {r}", "i am (boiling|hot) in {r}", "it is boiling in {r}", "i want it{a} cooler in {r}", "it should be{a} (cooler|colder) in {r}", "{r} is boiling", "{r} should be{a} cooler", "it is not cool enough in {r}"), ask=("can it be{a} cooler in {r}", "why is it so hot in {r}", "could {r} be{a} cooler", "why is {r} so hot")),
    Phrases("color", ("lamp",), order=("turn {x} {v}", "make {x} {v}", "set {x} to {v}", "change {x} to {v}", "switch {x} to {v}", "color {x} {v}", "paint {x} {v}", "give {x} a {v} color", "set the color of {x} to {v}", "change the color of {x} to {v}", "put {x} on {v}", "let {x} (glow|shine) {v}", "light {r} up in {v}", "make {r} glow {v}", "switch the color of {x} to {v}", "give {r} a {v} light", "light {r} in {v}", "let {x} be {v}"), say=("{x} {v}", "{v} {d}{in}", "i want {x} {v}", "i want {v} light in {r}", "{x} in {v}", "{x} should be {v}", "i would like {x} to be {v}", "{v} light in {r}", "{x} should shine in {v}", "i would like a {v} light in {r}"), ask=("can {x} be {v}", "could we have {v} light in {r}", "can you do {v} for {x}", "could {x} shine {v}")),
    Phrases("channel", ("tv",), order=("switch {x} to channel {v}", "change {x} to channel {v}", "put channel {v} on {x}", "put {x} on channel {v}", "set {x} to channel {v}", "turn {x} to channel {v}", "show channel {v} on {x}", "tune {x} to channel {v}", "go to channel {v} on {x}", "change the channel of {x} to {v}", "set the channel on {x} to {v}", "show me channel {v} on {x}", "switch to channel {v} on {x}"), say=("i want to (watch|see) channel {v} on {x}", "channel {v} on {x}", "{x} channel {v}", "i want channel {v} on {x}", "i would like to watch channel {v} on {x}", "{x} to channel {v}"), ask=("can we watch channel {v} on {x}", "could we see channel {v} on {x}")),
    Phrases("count", ("timer",), order=("set a timer for {v}", "set the timer to {v}", "start a {v} timer", "start a timer for {v}", "set a {v} timer", "count down {v}", "count down from {v}", "wake me in {v}", "wake me up in {v}", "remind me in {v}", "make a timer for {v}", "tell me when {v} are over", "ring in {v}", "set a countdown of {v}", "give me a timer of {v}", "start a countdown of {v}", "give me {v} on the timer", "put {v} on the timer", "ring me in {v}", "make it ring in {v}"), say=("timer {v}", "{v} timer", "timer for {v}", "i need a timer for {v}", "i need a {v} timer", "a timer of {v}", "a countdown of {v}", "countdown for {v}"), ask=("can i have a timer for {v}", "can i get a {v} timer", "could i get a countdown for {v}")),
    Phrases(
        "get",
        ("lamp", "fan", "heater", "music", "tv", "plug", "coffee", "vacuum", "alarm"),
        order=("check {x}", "check (if|whether) {x} is (on|off|running)", "tell me (if|whether) {x} is (on|off|running)", "tell me the (state|status) of {x}", "give me the (state|status) of {x}", "look (if|whether) {x} is (on|off)", "see if {x} is (on|off|running)", "let me know if {x} is (on|off)", "check the (state|status) of {x}", "find out if {x} is (on|off|running)", "let me know the status of {x}", "tell me what {x} is doing", "find out what {x} is doing"),
        say=("(state|status) of {x}", "i (want|need) to know (if|whether) {x} is (on|off)", "i wonder if {x} is (on|off)", "i think {x} is (still|) on , check it", "i wonder whether {x} is still (on|running)", "i want to know the state of {x}"),
        ask=("is {x} (on|off|running)", "is {x} still (on|running)", "did i (leave|forget to turn off) {x}", "did i leave {x} on", "what is the (state|status) of {x}", "is {x} turned (on|off)", "is {x} switched (on|off)", "has {x} been turned (on|off)", "have i turned off {x}", "did i turn (on|off) {x}", "what is {x} doing", "are you sure {x} is (on|off)", "has {x} been (switched|left) on", "did someone (leave|turn) {x} on", "what about {x} , is it (on|off)"),
    ),
    Phrases("get", ("lamp", "fan", "music", "tv", "heater", "blinds"), order=("tell me {p}", "check {p}", "give me {p}", "find out {p}"), say=("i want to know {p}",), ask=("what is {p}", "what is {p} right now", "how high is {p}", "how low is {p}", "what is {p} set to", "what is {x} set to")),
    Phrases(
        "get",
        ("blinds", "window", "door"),
        order=("check {x}", "check (if|whether) {x} is (open|closed|shut)", "tell me (if|whether) {x} is (open|closed)", "tell me the (state|status) of {x}", "look (if|whether) {x} is (open|closed)", "see if {x} is (open|shut)", "let me know if {x} is (open|closed)", "check the (state|status) of {x}", "find out if {x} is (open|closed)", "let me know the status of {x}"),
        say=("(state|status) of {x}", "i (want|need) to know (if|whether) {x} is (open|closed)", "i wonder if {x} is (open|shut)", "i think {x} is (still|) open , check it", "i wonder whether {x} is still open"),
        ask=("is {x} (open|closed|shut)", "is {x} still open", "did i (leave|forget to close) {x}", "did i leave {x} open", "what is the (state|status) of {x}", "has {x} been (opened|closed)", "did i (close|shut) {x}", "have i closed {x}", "are you sure {x} is (closed|shut)", "has {x} been left open", "did someone leave {x} open", "what about {x} , is it (open|closed)"),
    ),
    Phrases("get", ("door",), order=("check (if|whether) {x} is (locked|unlocked)", "tell me if {x} is (locked|unlocked)", "see if {x} is locked"), ask=("is {x} (locked|unlocked)", "did i lock {x}", "have i locked {x}", "is {x} still unlocked", "did i forget to lock {x}", "is {x} properly locked", "is {x} locked properly")),
    Phrases("get", ("timer",), order=("check {x}", "tell me how (long|much time) is left on {x}", "show me {x}", "tell me (if|whether) {x} is running"), say=("time left on {x}", "i want to know how long {x} has left"), ask=("how (long|much time) is left on {x}", "is {x} (running|still running)", "how much time does {x} have left", "how long does {x} still run", "what is left on {x}", "how long has {x} left")),
    Phrases("sense", ("temperature",), order=("tell me the temperature{in}", "check the temperature{in}", "give me the temperature{in}", "measure the temperature{in}", "tell me how (warm|cold|hot) it is{in}", "read the temperature{in}", "measure how (warm|cold) {r} is", "find out how warm it is{in}"), say=("temperature{in}", "i want to know (the temperature|how warm it is){in}", "i wonder how (warm|cold) it is{in}", "temperature reading{in}"), ask=("how (warm|cold|hot) is it{in}", "what is the temperature{in}", "what temperature is it{in}", "how (warm|hot|cold) is {r}", "how many degrees (are there|is it|do we have){in}", "what does the thermometer say{in}", "is it (warm|cold) in {r}", "what is the current temperature{in}", "what temperature do we have{in}", "what is the temperature of {r}")),
    Phrases("sense", ("humidity",), order=("tell me the humidity{in}", "check the humidity{in}", "give me the humidity{in}", "measure the humidity{in}", "tell me how (humid|damp|dry) it is{in}", "read the humidity{in}", "measure how (humid|damp) {r} is", "find out how (dry|damp) it is{in}"), say=("humidity{in}", "i want to know (the humidity|how humid it is){in}", "i wonder how (humid|dry) it is{in}", "humidity reading{in}"), ask=("how (humid|damp|dry) is it{in}", "what is the humidity{in}", "how (humid|damp|dry) is {r}", "how humid is the air{in}", "is it (humid|damp|dry) in {r}", "what is the current humidity{in}", "how damp is the air{in}", "what humidity do we have{in}")),
)

#: What {p} says: the property of the device that a value or a change is about.
PROPERTIES: dict[str, tuple[str, ...]] = {
    "lamp": ("the brightness of {x}", "the brightness{in}", "the level of {x}"),
    "fan": ("the speed of {x}", "the level of {x}"),
    "music": ("the volume of {x}", "the sound of {x}"),
    "tv": ("the volume of {x}", "the sound of {x}"),
    "heater": ("the setting of {x}", "the level of {x}"),
    "blinds": ("the position of {x}", "the level of {x}"),
}

#: Changes by words: (what is said, steps of ten percent or of one degree). Plain "dim it" is 2.
AMOUNTS: tuple[tuple[str, int], ...] = (
    ("", 2), ("a bit", 1), ("a little", 1), ("slightly", 1), ("a little bit", 1), ("a touch", 1),
    ("a lot", 4), ("much", 4),
)

#: Around an order: (before, after). Applied only to `order` phrasings.
POLITE: tuple[tuple[str, str], ...] = (
    ("", ""), ("please", ""), ("", "please"), ("", "now"), ("", "for me"), ("", "for us"),
    ("could you", ""), ("can you", ""), ("would you", ""), ("will you", ""), ("could you please", ""),
    ("can you please", ""), ("would you please", ""), ("could you", "please"), ("can you", "for me"),
    ("could you", "for me"), ("please", "now"), ("please", "for me"), ("can you", "please"),
    ("", "right now"), ("", "quickly"), ("quickly", ""), ("just", ""), ("go ahead and", ""),
    ("i want you to", ""), ("i need you to", ""), ("i'd like you to", ""), ("i would like you to", ""),
    ("", ", thanks"), ("", ", thank you"), ("", "if you can"), ("if you can ,", ""), ("kindly", ""),
    ("would you be so kind to", ""), ("would you be so kind and", ""), ("be so kind and", ""),
    ("", ", will you"), ("", ", would you"), ("you can", "now"), ("you should", ""), ("let's", ""),
    ("i want to", ""), ("i'd like to", ""), ("we need to", ""), ("please just", ""), ("now", ""),
    ("can we", ""), ("could we", ""), ("can i ask you to", ""), ("i ask you to", ""), ("", "will you please"),
    ("please go ahead and", ""), ("do me a favor and", ""), ("do me a favor ,", ""), ("if you can , please", ""),
    ("would you kindly", ""), ("just", "please"), ("please could you", ""), ("please can you", "now"),
    ("", ", if you would"), ("would you just", ""), ("you should", "now"), ("we should", ""), ("try to", ""),
)

#: Before any request.
CALLS: tuple[str, ...] = (
    "", "hey", "hey home ,", "home ,", "hello ,", "hi ,", "ok home ,", "ok ,", "so ,", "well ,", "oh ,",
    "hi home ,", "listen ,", "excuse me ,", "hey you ,", "um ,", "dear home ,", "right ,", "sorry ,", "and",
)
