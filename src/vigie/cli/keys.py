"""Keys as they are pressed, without Enter. A key pressed before the question stands on the screen counts too."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer

_LOCAL = 3
"""Where a terminal's attributes keep its local modes."""


@contextmanager
def pressed_keys() -> Iterator[Callable[[], str]]:
    """A function that waits for the next key and gives it; the empty text where the terminal has gone away.

    Ctrl-C comes as a key too, so that whoever asks can end in good order. The terminal is put into this mode once
    and keeps what is typed ahead: to switch for each key would throw that away.
    """
    try:
        import termios
        import tty
    except ImportError:  # not a POSIX system
        yield typer.getchar
        return
    if not sys.stdin.isatty():
        yield typer.getchar
        return
    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    tty.setcbreak(terminal, termios.TCSANOW)
    mode = termios.tcgetattr(terminal)
    mode[_LOCAL] &= ~termios.ISIG
    termios.tcsetattr(terminal, termios.TCSANOW, mode)
    try:
        yield lambda: os.read(terminal, 1).decode(errors="ignore")
    finally:
        termios.tcsetattr(terminal, termios.TCSANOW, before)
