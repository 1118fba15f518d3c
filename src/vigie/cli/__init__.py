"""The command line. No logic: it reads the arguments, calls the node, and prints."""

from vigie.cli.app import main

__all__ = ["main"]
