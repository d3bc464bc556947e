"""Runs the platform's command-line client, which has no command of its own.

It may talk to this machine alone: whatever else it connects to, or asks the address of, ends the
process with exit code 70 and one line that names the place.
"""

import os
import sys

LOOPBACK = ("127.0.0.1", "::1", "localhost")


def refuse_other_machines(event, details):
    if event == "socket.connect":
        address = details[1]
        # Anything else than host and port is a socket of this machine.
        place = address[0] if isinstance(address, tuple) else None
    elif event == "socket.getaddrinfo":
        place = details[0]
    else:
        return
    if place is not None and place not in LOOPBACK:
        sys.stderr.write(f"The client wanted to talk to {place}.\n")
        sys.stderr.flush()
        # An exception could be caught, and nobody would know.
        os._exit(70)


sys.addaudithook(refuse_other_machines)

from pipecatcloud.cli.entry_point import entrypoint_cli_typer  # noqa: E402

entrypoint_cli_typer()
