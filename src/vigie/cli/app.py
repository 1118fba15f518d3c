"""The program `vigie`: how it starts, and how an error becomes one sentence and an exit code. Its commands stand in `commands`."""

from __future__ import annotations

import sys

import typer

from vigie import __version__
from vigie.cli.commands import Commands
from vigie.model.errors import BadReport, BadSetting, NotReleasable, PeerUnavailable, VigieError

EXIT_CODES: dict[type[VigieError], int] = {BadSetting: 3, BadReport: 4, NotReleasable: 5, PeerUnavailable: 6}
"""0 all done; 1 done, but something was refused or is not well; 2 the command line is wrong; else by who must act."""

app = typer.Typer(
    name="vigie",
    cls=Commands,
    help="The shared record of conflict prevention in a region: reports of many agencies become events on one picture.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
)


def _version(value: bool) -> None:  # noqa: FBT001 - typer gives it so
    if value:
        typer.echo(f"vigie {__version__}")
        raise typer.Exit


@app.callback()
def program(*, version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Show the version and stop.")) -> None:
    """The shared record of conflict prevention in a region: reports of many agencies become events on one picture.

    The node is --node DIR, or the variable VIGIE_NODE, or ./node.
    """


def exit_code(fault: VigieError) -> int:
    """The exit code of a fault: by who must act."""
    return next(code for kind, code in EXIT_CODES.items() if isinstance(fault, kind))


def main() -> None:
    """Runs the program; an expected fault becomes one sentence and its exit code, never a traceback."""
    try:
        app()
    except VigieError as fault:
        _complain(str(fault))
        sys.exit(exit_code(fault))
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except OSError as fault:
        _complain(f"The file or folder cannot be used ({fault.filename or 'this machine'}): {fault.strerror or fault}.")
        sys.exit(EXIT_CODES[BadSetting])
    except KeyboardInterrupt:
        _complain("Stopped. What was taken in before stays; the file that was being read left nothing.")
        sys.exit(130)


def _complain(sentence: str) -> None:
    from vigie.cli.show import complain

    complain(sentence)
