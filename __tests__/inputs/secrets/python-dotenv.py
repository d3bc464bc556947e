"""Records what python-dotenv makes of the files in a JSON document, in place.

    python3 -m pip install python-dotenv==1.2.4
    python3 __tests__/inputs/secrets/python-dotenv.py __tests__/inputs/secrets/python-dotenv.json
    npx prettier --write __tests__/inputs/secrets/python-dotenv.json

Each case has a `text`. The answers are `values`, where a bare name has null, and `unparsable`, the
lines at which statements begin that python-dotenv passes over with a warning. The environment is empty
while it reads, so that nothing is filled from it.
"""

import importlib.metadata
import json
import logging
import os
import sys
import tempfile

import dotenv

path = sys.argv[1]
with open(path, encoding="utf-8") as file:
    document = json.load(file)

unparsable = []


class Recorder(logging.Handler):
    def emit(self, record):
        unparsable.append(record.args[0])


logging.getLogger("dotenv.main").addHandler(Recorder())
with tempfile.TemporaryDirectory() as folder:
    os.environ.clear()
    env_file = os.path.join(folder, ".env")
    for case in document["cases"]:
        with open(env_file, "w", encoding="utf-8", newline="") as file:
            file.write(case["text"])
        unparsable.clear()
        case["values"] = dotenv.dotenv_values(env_file, encoding="utf-8")
        case["unparsable"] = list(unparsable)

document["version"] = importlib.metadata.version("python-dotenv")
with open(path, "w", encoding="utf-8") as file:
    json.dump(document, file, indent=2)
    file.write("\n")
