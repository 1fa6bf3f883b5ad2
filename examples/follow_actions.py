#!/usr/bin/env python3
"""Follows what a board does: prints every action that its answers cause, and can run a command for each.

    pip install pyserial
    python3 follow_actions.py /dev/ttyACM0
    python3 follow_actions.py /dev/ttyACM0 --ask "turn on the light in the kitchen"
    python3 follow_actions.py /dev/ttyACM0 --run 'notify-send "{name}" "{value}"'

With --stdin it reads a recorded stream instead of a port. The frames are those of docs/console.md; nothing but the
standard library is needed to read them.
"""
import argparse
import base64
import binascii
import shlex
import struct
import subprocess
import sys
import time
import unicodedata
import zlib

BEGIN, END = b"\x1b_L", b"\x1b\\"
ALPHABET = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
HELLO, PROMPT, GENERATE, WELCOME, ACTION, FINISHED, ERROR = 0x01, 0x05, 0x06, 0x81, 0x95, 0x9F, 0xFF
TOLD = ("done", "planned", "state", "read", "refused")
LONGEST = 704  # bytes of a payload
NEXT_TURN = 3
TEMPERATURE = 2  # kind of an input whose value has a sign
SAMPLING = struct.pack("<IfIfffIQ", 0, 0, 0, 0, 0, 0, 0, 0)


def frame(kind: int, number: int, request: int, payload: bytes) -> bytes:
    """A message as bytes for the port."""
    body = struct.pack("<BBHH", kind, number & 255, request, len(payload)) + payload
    body += struct.pack("<I", zlib.crc32(body))
    return BEGIN + base64.b64encode(body).rstrip(b"=") + END


def decode(text: bytes):
    """(type, request, payload) of what stood inside a frame, None for a damaged one."""
    try:
        body = base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except binascii.Error:
        return None
    if len(body) < 10 or base64.b64encode(body).rstrip(b"=") != text:
        return None
    kind, _, request, length = struct.unpack_from("<BBHH", body)
    if len(body) != 10 + length or struct.unpack_from("<I", body, 6 + length)[0] != zlib.crc32(body[: 6 + length]):
        return None
    return kind, request, body[6 : 6 + length]


class Frames:
    """Finds frames in a stream; what lies outside them is text and left out."""

    def __init__(self):
        self.waiting = b""

    def push(self, data: bytes):
        self.waiting += data
        while True:
            begin = self.waiting.find(BEGIN)
            if begin < 0:
                self.waiting = self.waiting[-2:]
                return
            at = begin + len(BEGIN)
            while at < len(self.waiting) and self.waiting[at] in ALPHABET:
                at += 1
            if at + 2 > len(self.waiting) and at - begin < 2 * LONGEST:
                self.waiting = self.waiting[begin:]
                return
            found = decode(self.waiting[begin + len(BEGIN) : at]) if self.waiting[at : at + 2] == END else None
            self.waiting = self.waiting[at:]
            if found is not None:
                yield found


def plain(text: str, keep: str = "") -> str:
    """A text that cannot steer a terminal: control characters but those of `keep` become question marks."""
    return "".join(one if one in keep or unicodedata.category(one) != "Cc" else "?" for one in text)


def action(payload: bytes):
    """What an ACTION message tells, as a dictionary; None for one that is too short."""
    if len(payload) < 12:
        return None
    told, kind, pin, is_input, number, seconds = struct.unpack_from("<BBBBII", payload)
    if is_input and kind == TEMPERATURE and number >= 1 << 31:
        number -= 1 << 32
    name, _, value = plain(payload[12:].decode("utf-8", "replace")).rpartition("=")
    return {
        "told": TOLD[told] if told < len(TOLD) else str(told),
        "kind": kind,
        "pin": None if pin == 255 else pin,
        "input": bool(is_input),
        "number": number,
        "seconds": seconds,
        "name": name,
        "value": value,
    }


def show(what, command):
    where = "" if what["pin"] is None else f" (GPIO {what['pin']})"
    later = f" in {what['seconds']} s" if what["told"] == "planned" else ""
    print(f"{what['told']}: {what['name']} = {what['value']}{later}{where}", flush=True)
    if command and what["told"] == "done":
        # Names come from a package: they are arguments, never a shell's.
        words = [word.format(**what) for word in shlex.split(command)]
        subprocess.run(words, check=False)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("port", nargs="?", help="serial port of the board, e.g. /dev/ttyACM0 or COM5")
    arguments.add_argument("--stdin", action="store_true", help="read a recorded stream from standard input")
    arguments.add_argument("--ask", help="a prompt to begin with; ends after its answer")
    arguments.add_argument("--run", help="a command for each action; {name}, {value}, {pin} and {number} are filled in")
    options = arguments.parse_args()
    frames = Frames()
    if options.stdin:
        for kind, _, payload in frames.push(sys.stdin.buffer.read()):
            what = action(payload) if kind == ACTION else None
            if what:
                show(what, options.run)
        return 0
    if options.port is None:
        arguments.error("name the board's serial port")
    import serial  # pyserial

    with serial.Serial(options.port, 115200, timeout=0.2) as port:
        number, greeted, asked_at = 0, False, 0.0
        while True:
            if not greeted and time.monotonic() - asked_at > 0.5:
                asked_at = time.monotonic()
                port.write(frame(HELLO, number, 1, b"\x01"))
                number += 1
            for kind, _, payload in frames.push(port.read(256)):
                what = action(payload) if kind == ACTION else None
                if what:
                    show(what, options.run)
                elif kind == WELCOME and not greeted:
                    greeted = True
                    if options.ask:
                        text = options.ask.encode()[: LONGEST - 8]
                        port.write(frame(PROMPT, number, 2, struct.pack("<BBHI", 0, 0, 0, 0) + text))
                        head = struct.pack("<BBBB", NEXT_TURN, 0, 0, 0) + SAMPLING + struct.pack("<I", 0)
                        port.write(frame(GENERATE, number + 1, 3, head))
                        number += 2
                elif kind == ERROR:
                    print(plain(payload[1:].decode("utf-8", "replace")), file=sys.stderr)
                    return 1
                elif kind == FINISHED and options.ask:
                    return 0


if __name__ == "__main__":
    sys.exit(main())
