#!/usr/bin/env python3
"""Says to a board what a speech recogniser on this computer heard, and prints what it answers and what that does.

    pip install pyserial
    python3 speak_to_board.py /dev/ttyACM0                                  # each line of standard input is said
    any-recogniser-that-prints-lines | python3 speak_to_board.py /dev/ttyACM0

    pip install vosk sounddevice                                            # or with a recogniser of its own: Vosk
    python3 speak_to_board.py /dev/ttyACM0 --vosk vosk-model-small-en-us-0.15

    pip install sounddevice                                                 # or whisper.cpp, built by you
    python3 speak_to_board.py /dev/ttyACM0 --whisper ggml-base.en.bin

Nothing leaves the computer: models are folders and files that you name, and none is fetched. --wav hears a recording in
place of the microphone; --board-program takes the board's application compiled for this machine in place of a board. The
messages are those of docs/console.md.
"""
import argparse
import array
import io
import json
import os
import queue
import re
import shlex
import struct
import subprocess
import sys
import threading
import time
import wave

from follow_actions import (
    ACTION,
    ERROR,
    FINISHED,
    GENERATE,
    HELLO,
    LONGEST,
    NEXT_TURN,
    PROMPT,
    SAMPLING,
    WELCOME,
    Frames,
    action,
    frame,
    plain,
    show,
)

CANCEL, OK, STARTED, TOKEN, MORE_TEXT = 0x07, 0x80, 0x90, 0x92, 0x94
FRESH, FIRST_TURN = 0, 2
HAS_MODEL, HAS_CHAT = 1, 4  # capabilities
CONTEXT_FULL, CANCELLED, OVERFLOWED, STALLED = 4, 5, 6, 16  # reasons
NO_ROOM = 6  # the error of a prompt that the context cannot take

GREET_EVERY = 0.5  # seconds; a board may be booting
PATIENCE = 35.0  # seconds without a message; a board that is not read gives up after 30
RATE = 16_000  # samples a second: what both recognisers were trained on
BLOCK = RATE // 10  # samples that are looked at together
LEAST_LOUD = 200.0  # root mean square below which 16-bit samples are never speech
PAUSE, LEAST, MOST, BEFORE = 8, 3, 200, 3  # blocks: ends a sentence; loud ones in it; its longest; kept before it


class Trouble(Exception):
    """Something a person can mend; its text says how."""


# --- The board ---


class ProgramPort:
    """A board that is a program here."""

    def __init__(self, command: str):
        try:
            self.child = subprocess.Popen(shlex.split(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        except OSError as error:
            raise Trouble(f"{command} cannot be started: {error.strerror}.") from error
        self.got = queue.Queue()
        threading.Thread(target=self._follow, daemon=True).start()

    def _follow(self):
        while data := os.read(self.child.stdout.fileno(), 4096):
            self.got.put(data)
        self.got.put(None)

    def read(self) -> bytes:
        """What has come; waits up to a tenth of a second for it."""
        try:
            data = self.got.get(timeout=0.1)
        except queue.Empty:
            return b""
        if data is None:
            raise Trouble("The program that is the board has ended.")
        return data

    def write(self, data: bytes):
        try:
            self.child.stdin.write(data)
            self.child.stdin.flush()
        except OSError as error:
            raise Trouble("The program that is the board has ended.") from error

    def close(self):
        self.child.kill()
        self.child.wait()


class SerialPort:
    """A board behind a serial port."""

    def __init__(self, name: str):
        try:
            import serial
        except ImportError as error:
            raise Trouble("Serial ports need pyserial: pip install pyserial") from error
        try:
            self.port = serial.Serial(name, 115200, timeout=0.1)
        except serial.SerialException as error:
            raise Trouble(
                f"{error}\nClose other programs that use the port; docs/troubleshooting.md has more."
            ) from error

    def read(self) -> bytes:
        """What has come; waits up to a tenth of a second for it."""
        data = self.port.read(1)
        return data + self.port.read(self.port.in_waiting) if data else data

    def write(self, data: bytes):
        self.port.write(data)

    def close(self):
        self.port.close()


class Board:
    """What is behind a port with `read`, `write` and `close`. One request at a time; actions are told when they come."""

    def __init__(self, port, on_action):
        self.port = port
        self.on_action = on_action
        self.frames = Frames()
        self.number = 0
        self.request = 0
        self.capabilities = 0
        self.start = None  # another number after every restart of the board
        self.anew = True  # the next conversation begins in an empty context

    def send(self, kind: int, payload: bytes = b"", again: bool = False) -> int:
        """Sends a request and gives its number, which answers carry back."""
        if not again:
            self.request = self.request % 65_535 + 1
        self.port.write(frame(kind, self.number, self.request, payload))
        self.number += 1
        return self.request

    def poll(self):
        """Messages that have come, but for actions, which are told."""
        for kind, request, payload in self.frames.push(self.port.read()):
            what = action(payload) if kind == ACTION else None
            if what:
                self.on_action(what)
            elif kind != ACTION:
                yield kind, request, payload

    def greet(self, patience: float = 0.0):
        """Greets until the board answers; `patience` in seconds, 0 for ever."""
        begin = time.monotonic()
        asked = hinted = None
        while True:
            now = time.monotonic()
            if asked is None or now - asked > GREET_EVERY:
                self.send(HELLO, b"\x01", again=asked is not None)
                asked = now
            for kind, request, payload in self.poll():
                if kind == WELCOME and request == self.request and len(payload) >= 12:
                    self.capabilities, start = struct.unpack_from("<II", payload, 4)
                    self.anew |= start != self.start
                    self.start = start
                    if not self.capabilities & HAS_MODEL:
                        raise Trouble("The board has no model. /info in a terminal says why.")
                    return
            if patience and now - begin > patience:
                raise Trouble("The board does not answer any more.")
            if hinted is None and now - begin > 5:
                hinted = True
                print("No answer yet: is this the board's port, and the firmware on it?", file=sys.stderr)

    def ask(self, text: str, remember: bool):
        """Says a text; yields the pieces of the answer. @raises Trouble, after which the next may be asked"""
        self.greet(PATIENCE)  # it may have been restarted, and tells actions to those who greeted it
        told = text.encode()
        for at in range(0, len(told), LONGEST - 8):
            self._put(at, told[at : at + LONGEST - 8])
        mode = FRESH
        if self.capabilities & HAS_CHAT:
            mode = NEXT_TURN if remember and not self.anew else FIRST_TURN
        self.anew = False
        head = struct.pack("<BBBB", mode, 0, 0, 0) + SAMPLING + struct.pack("<I", 0)
        request, heard, tokens = self.send(GENERATE, head), time.monotonic(), 0
        while True:
            for kind, of, payload in self.poll():
                if of != request:
                    continue
                heard = time.monotonic()
                if kind == TOKEN:
                    tokens += 1
                    yield payload[8:].decode("utf-8", "replace")
                elif kind == MORE_TEXT:
                    yield payload.decode("utf-8", "replace")
                elif kind == ERROR:
                    self._refuse(payload)
                elif kind == FINISHED and len(payload) >= 36:
                    yield payload[36:].decode("utf-8", "replace")
                    self._finish(payload[0], struct.unpack_from("<I", payload, 8)[0] - tokens)
                    return
            if time.monotonic() - heard > PATIENCE:
                self.send(CANCEL)
                self.anew = True
                raise Trouble("The board stopped in its answer. Say it again.")

    def _put(self, at: int, piece: bytes):
        """Puts a piece of the prompt; asked again when the answer is lost."""
        payload = struct.pack("<BBHI", 0, 0, 0, at) + piece
        for attempt in range(3):
            request, sent = self.send(PROMPT, payload, again=attempt > 0), time.monotonic()
            while time.monotonic() - sent < 2:
                for kind, of, answer in self.poll():
                    if of == request and kind == OK:
                        return
                    if of == request and kind == ERROR:
                        self._refuse(answer)
        raise Trouble("What was said did not reach the board. Say it again.")

    def _refuse(self, payload: bytes):
        if payload[:1] == bytes([NO_ROOM]):
            self.anew = True
        raise Trouble(plain(payload[1:].decode("utf-8", "replace")))

    def _finish(self, reason: int, missing: int):
        if missing > 0:
            raise Trouble(f"The line lost {missing} pieces of this answer; what it does was done.")
        if reason == CONTEXT_FULL:
            self.anew = True
            raise Trouble("The context is full: the next answer begins a new conversation.")
        why = {CANCELLED: "was cancelled", OVERFLOWED: "ended: numbers overflowed", STALLED: "was read too slowly"}
        if reason in why:
            raise Trouble(f"The answer {why[reason]}.")


# --- What was heard: everything here yields texts ---


def typed(stream):
    """Lines of a stream, such as another recogniser prints."""
    for line in stream:
        yield line


def vosk_recogniser(folder: str, blocks):
    """Sentences that Vosk hears in blocks of 16-bit samples."""
    if not os.path.isdir(folder):
        raise Trouble(f"{folder} is no folder. Unpack a model of alphacephei.com/vosk/models and name its folder.")
    try:
        import vosk
    except ImportError as error:
        raise Trouble("Vosk is not there: pip install vosk") from error
    vosk.SetLogLevel(-1)
    try:
        recogniser = vosk.KaldiRecognizer(vosk.Model(folder), RATE)
    except Exception as error:  # Vosk has no class of its own for it
        raise Trouble(f"{folder} is no model that Vosk can read.") from error
    for block in blocks:
        if recogniser.AcceptWaveform(block):
            yield json.loads(recogniser.Result())["text"]
    yield json.loads(recogniser.FinalResult())["text"]


def whisper_recogniser(model: str, program: str, language: str, blocks):
    """Sentences that whisper.cpp's program hears, each in a run of its own."""
    if not os.path.isfile(model):
        raise Trouble(f"{model} is no file. whisper.cpp's models/download-ggml-model.sh brings one.")
    command = [program, "-m", model, "-l", language, "-nt", "-np", "-f", "-"]
    for samples in sentences(blocks):
        file = io.BytesIO()
        with wave.open(file, "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(2)
            sound.setframerate(RATE)
            sound.writeframes(samples)
        try:
            done = subprocess.run(command, input=file.getvalue(), capture_output=True, check=False)
        except OSError as error:
            raise Trouble(f"{program} cannot be started: name whisper.cpp's whisper-cli with --whisper-program.") from error
        if done.returncode != 0:
            raise Trouble(f"{program} failed: {plain(done.stderr.decode('utf-8', 'replace').strip())[-300:]}")
        # What is no speech stands in brackets: [BLANK_AUDIO], (music).
        yield re.sub(r"\[[^\]]*\]|\([^)]*\)|\*[^*]*\*", " ", done.stdout.decode("utf-8", "replace"))


def loudness(block: bytes) -> float:
    """Root mean square of 16-bit samples."""
    samples = array.array("h", block[: len(block) & ~1])
    if sys.byteorder == "big":
        samples.byteswap()
    return (sum(one * one for one in samples) / max(len(samples), 1)) ** 0.5


def sentences(blocks):
    """Cuts blocks of a tenth of a second at pauses: yields the samples from a little before a sentence to the pause after it."""
    floor, before, kept, quiet, loud = None, [], [], 0, 0
    for block in blocks:
        level = loudness(block)
        # Falls at once to the noise of the room, and rises with it within half a minute.
        floor = level if floor is None else min(level, floor * 1.01 + 0.1)
        is_loud = level > max(LEAST_LOUD, 3 * floor)
        if not kept and not is_loud:
            before = [*before, block][-BEFORE:]
            continue
        if not kept:
            kept, before, quiet, loud = before, [], 0, 0
        kept.append(block)
        loud += is_loud
        quiet = 0 if is_loud else quiet + 1
        if quiet >= PAUSE or len(kept) >= MOST:
            if loud >= LEAST:
                yield b"".join(kept)
            kept = []
    if loud >= LEAST and kept:
        yield b"".join(kept)


def recording(path: str):
    """Blocks of a WAV file of 16,000 16-bit samples a second, one channel."""
    try:
        with wave.open(path, "rb") as sound:
            if (sound.getframerate(), sound.getsampwidth(), sound.getnchannels()) != (RATE, 2, 1):
                raise Trouble(f"{path} is not 16 kHz, 16 bits, mono: ffmpeg -i {path} -ar 16000 -ac 1 other.wav")
            while block := sound.readframes(BLOCK):
                yield block
    except (OSError, EOFError, wave.Error) as error:
        raise Trouble(f"{path} is no WAV file that can be read: {error}") from error


def microphone():
    """Blocks of what the computer's microphone hears, for ever."""
    try:
        import sounddevice
    except (ImportError, OSError) as error:  # OSError: PortAudio itself is missing
        raise Trouble(f"The microphone needs sounddevice: pip install sounddevice ({error})") from error
    heard = queue.Queue()
    try:
        with sounddevice.RawInputStream(
            samplerate=RATE,
            blocksize=BLOCK,
            channels=1,
            dtype="int16",
            callback=lambda data, *_: heard.put(bytes(data)),
        ):
            while True:
                yield heard.get()
    except sounddevice.PortAudioError as error:
        raise Trouble(f"The microphone cannot be opened: {error}") from error


def after_name(text: str, name: str):
    """What follows the name that the board listens to; the whole text without one, None for what is for others."""
    text = " ".join(text.split())
    if not name:
        return text or None
    found = re.match(rf"(?:hey |ok )?{re.escape(name)}\b[\s,.:!]*(.+)", text, re.IGNORECASE)
    return found[1] if found else None


# --- Both ---


class Heard:
    """Follows a recogniser beside the board: what it yields waits here, its trouble too."""

    def __init__(self, lines):
        self.waiting = queue.Queue()
        threading.Thread(target=self._follow, args=(lines,), daemon=True).start()

    def _follow(self, lines):
        try:
            for line in lines:
                self.waiting.put(line)
            self.waiting.put(None)
        except Exception as error:  # told where it can be shown
            self.waiting.put(error)

    def next(self):
        """(whether something is there, it); None is the end. @raises what the recogniser raised"""
        try:
            line = self.waiting.get_nowait()
        except queue.Empty:
            return False, None
        if isinstance(line, Exception):
            raise line
        return True, line


def converse(board: Board, heard: Heard, options) -> bool:
    """Says what is heard and prints answers, until nothing more will be heard. Whether each had one."""
    answered = True
    while True:
        there, line = heard.next()
        if there and line is None:
            return answered
        text = after_name(line, options.name) if there else None
        if text is None:
            for _ in board.poll():
                pass
            continue
        print(f"> {plain(text)}", flush=True)
        try:
            for piece in board.ask(text, options.remember):
                Screen.text(piece)
        except Trouble as trouble:
            answered = False
            Screen.end()
            print(trouble, file=sys.stderr, flush=True)
        Screen.end()


class Screen:
    """Answers come in pieces and actions between them: a line that was begun is ended before another."""

    begun = False

    @classmethod
    def text(cls, piece: str):
        if piece:
            print(plain(piece, keep="\n\t"), end="", flush=True)
            cls.begun = not piece.endswith("\n")

    @classmethod
    def end(cls):
        if cls.begun:
            print(flush=True)
        cls.begun = False


def recogniser(options):
    """What yields the texts, as the options say."""
    if not options.vosk and not options.whisper:
        return typed(sys.stdin)
    blocks = recording(options.wav) if options.wav else microphone()
    if options.vosk:
        return vosk_recogniser(options.vosk, blocks)
    return whisper_recogniser(options.whisper, options.whisper_program, options.language, blocks)


def read_options():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("port", nargs="?", help="serial port of the board, e.g. /dev/ttyACM0 or COM5")
    arguments.add_argument("--board-program", metavar="COMMAND", help="the board's application as a program, in place of a port")
    arguments.add_argument("--vosk", metavar="FOLDER", help="hear with Vosk and the model in this folder")
    arguments.add_argument("--whisper", metavar="FILE", help="hear with whisper.cpp and this model (ggml)")
    arguments.add_argument("--whisper-program", metavar="FILE", default="whisper-cli", help="whisper.cpp's program (%(default)s)")
    arguments.add_argument("--language", default="en", help="what whisper.cpp listens for (%(default)s)")
    arguments.add_argument("--wav", metavar="FILE", help="hear a recording (16 kHz, mono), not the microphone")
    arguments.add_argument("--name", default="", help="only what begins with this word is for the board")
    arguments.add_argument("--remember", action="store_true", help="go on with one conversation; else each sentence begins one")
    arguments.add_argument("--run", metavar="COMMAND", help="for each action; {name}, {value}, {pin} and {number} are filled in")
    options = arguments.parse_args()
    if (options.port is None) == (options.board_program is None):
        arguments.error("name the board's serial port, or --board-program")
    if options.vosk and options.whisper:
        arguments.error("choose one of --vosk and --whisper")
    if options.wav and not (options.vosk or options.whisper):
        arguments.error("--wav needs --vosk or --whisper")
    return options


def main() -> int:
    options = read_options()
    port = None

    def tell(what):
        Screen.end()
        show(what, options.run)

    try:
        port = ProgramPort(options.board_program) if options.board_program else SerialPort(options.port)
        board = Board(port, tell)
        board.greet()
        print("The board listens.", file=sys.stderr, flush=True)
        return 0 if converse(board, Heard(recogniser(options)), options) else 1
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    except OSError as error:  # a port that was pulled out, pyserial's errors among them
        print(f"The connection to the board broke: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        if port is not None:
            port.write(frame(CANCEL, 0, 1, b""))
        return 130
    finally:
        if port is not None:
            port.close()


if __name__ == "__main__":
    sys.exit(main())
