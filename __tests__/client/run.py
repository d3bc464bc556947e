"""Runs the platform's command-line client, which installs no command.

The client can connect only to this machine. If it connects to another machine, or looks up its address,
the process ends with exit code 70 and one line that names the machine.
"""

import os
import sys

LOOPBACK = ("127.0.0.1", "::1", "localhost")


def refuse_other_machines(event, details):
    if event == "socket.connect":
        address = details[1]
        # An address that is not a host and a port is a local socket.
        place = address[0] if isinstance(address, tuple) else None
    elif event == "socket.getaddrinfo":
        place = details[0]
    else:
        return
    if place is not None and place not in LOOPBACK:
        sys.stderr.write(f"The client tried to connect to {place}.\n")
        sys.stderr.flush()
        # The client could catch an exception.
        os._exit(70)


sys.addaudithook(refuse_other_machines)

from pipecatcloud.cli.entry_point import entrypoint_cli_typer  # noqa: E402

entrypoint_cli_typer()
