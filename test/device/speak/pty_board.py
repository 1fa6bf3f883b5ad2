"""Runs the board's application behind a pseudo terminal and a program that is told its name.

    pty_board.py CONSOLE PACKAGE PROGRAM ARGUMENTS…
"""
import os
import subprocess
import sys
import tty

console, package, *program = sys.argv[1:]
board, port = os.openpty()
tty.setraw(port)
running = subprocess.Popen([console, package], stdin=board, stdout=board)
code = subprocess.run([sys.executable, program[0], os.ttyname(port), *program[1:]], check=False).returncode
running.kill()
sys.exit(code)
