"""specs/schemas/ against every committed YAML file, and against mutants of them.

Usage: check.py ROOT [BLOBGAUGE]. Exit status 77 where the validator (python3-jsonschema, python3-yaml) is not there.

For each file: it fits its schema; a mutant with an unknown key, at each place of a map with fixed keys, does not; nor does
one with a value that no such key has. The places where any key may stand are listed in OPEN, so that a schema cannot
pass by allowing everything. With the program, its readers are the second opinion: an unknown key is refused by both.
"""
import copy
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

try:
    import jsonschema
    import yaml
except ImportError as missing:
    print(f"skipped: {missing}; install python3-jsonschema and python3-yaml")
    sys.exit(77)

ROOT = sys.argv[1]
PROGRAM = sys.argv[2] if len(sys.argv) > 2 else None
FILES = [  # pattern -> schema; the first that fits
    ("specs/catalogue/*.yaml", "catalogue"),
    ("specs/cases/suite.yaml", "suite"),
    ("specs/cases/attested.yaml", "attested"),
    ("specs/cases/*.yaml", "cases"),
    ("specs/clients/*.yaml", "client"),
    ("specs/policy/answers.yaml", "answers"),
    ("specs/policy/before.yaml", "before"),
    ("specs/policy/overrides.yaml", "overrides"),
    ("specs/policy/rationale.yaml", "rationale"),
    ("specs/policy/releases.yaml", "releases"),
    ("specs/policy/spec.yaml", "policy"),
    ("specs/profiles/*.yaml", "profile"),
    ("specs/scenarios/service/*.yaml", "service"),
    ("specs/scenarios/*.yaml", "scenarios"),
    ("tests/schemas/examples/surface*.yaml", "surface"),
    ("specs/surfaces/*.yaml", "surface"),
    ("specs/azure-blob-mvp.yaml", "spec"),
    ("specs/faults.yaml", "faults"),
    ("specs/policy/known-failures.yaml", "known-failures"),
    ("specs/policy/not-testable.yaml", "known-failures"),
    ("tests/schemas/examples/profile*.yaml", "profile"),
    ("tests/schemas/examples/baseline*.yaml", "baseline"),
    ("tests/schemas/examples/overrides*.yaml", "overrides"),
    ("tests/schemas/examples/attested*.yaml", "attested"),
]
# Where names are the user's: paths of keys, [] for a list's items, * for such a name.
OPEN = {
    "answers": {"left_out", "rules[].status_for", "history.writes[].sets"},
    "baseline": {"differences"},
    "catalogue": {"addressing", "groups", "network", "pseudonyms", "roles", "secrets"},
    "cases": {"cases[].given[].*", "cases[].steps[].*", "cases[].after[].*", "cases[].rows[]"},
    "client": {"element_roots", "paths"},
    "faults": {f"faults[].{part}" for part in (
        "answer.body", "answer.headers", "answer.rename_headers", "answer.set_headers", "request.body", "request.rename_headers",
        "request.set_headers", "request.signed_target", "request.target", "when.headers", "when.queries")},
    "policy": {"account_features", "flags", "not_asserted"},
    "scenarios": {"environment", "sas", "scenarios[].holds[].headers"},
    "source-client": {"constants", "meanings"},
    "service": {"headers", "requests", "requests.*.headers"},
    "spec": {"answers.left_out", "answers.rules[].status_for", "answers.history.writes[].sets",
             "operations[].dialects[].constants", "operations[].dialects[].headers"},
    "suite": {"headers", "sas", "sas.*", "tables", "tables.*[]", "tags", "templates", "templates.*.optional"},
    "surface": {"evidence", "operations", "other_services", "scenarios", "scenarios.*.operations"},
}
# In steps, maps of headers and captures are the user's wherever they stand.
OPEN_ENDS = ("headers", "more_headers", "capture", "refusals", "statuses", "some_header", "some_element", "error_codes",
             "query", "request_headers", "response_headers", "response_body", "tried_again")
LONG = {"surface", "spec", "cases"}  # cut to a few items of each list before they are changed
# Surfaces have 17,000 lines each: they are read in the long form of this test only.
WHOLE = bool(os.environ.get("BLOBGAUGE_LONG"))

failures = []


def complain(text):
    failures.append(text)
    print("FAIL", text)


def is_source_client(path):
    """Clients in C and C++, and their styles, are described in a form of their own."""
    with open(path, encoding="utf-8") as file:
        return re.search(r"^(style:|language: *(c|c\+\+|\"c\+\+\") *$)", file.read(), re.M) is not None


def load(path):
    with open(path, encoding="utf-8") as file:
        # Every scalar as it is written, as the program reads it.
        return yaml.load(file, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))


def cut(node, most):
    if isinstance(node, dict):
        return {key: cut(value, most) for key, value in list(node.items())}
    if isinstance(node, list):
        return [cut(item, most) for item in node[:most]]
    return node


def cut_open(node, most):
    """Surfaces and specs have hundreds of operations: a few stand for all."""
    if isinstance(node, dict):
        items = list(node.items())
        if len(items) > 8 and all(isinstance(value, dict) for _, value in items):
            items = items[:most]
        return {key: cut_open(value, most) for key, value in items}
    if isinstance(node, list):
        return [cut_open(item, most) for item in node]
    return node


def maps(node, shape="", place=()):
    """(shape, place) of each map."""
    if isinstance(node, dict):
        yield shape, place
        for key, value in node.items():
            yield from maps(value, f"{shape}.{key}" if shape else key, place + (key,))
    elif isinstance(node, list):
        for index, item in enumerate(node):
            yield from maps(item, shape + "[]", place + (index,))


def at(node, place):
    for step in place:
        node = node[step]
    return node


def is_open(schema, shape):
    if shape.rsplit(".", 1)[-1] in OPEN_ENDS and schema in ("cases", "suite", "surface", "policy"):
        return True
    for pattern in OPEN.get(schema, ()):
        expression = "".join("[^.]+" if part == "*" else re.escape(part) for part in re.split(r"(\*)", pattern))
        if re.fullmatch(expression, shape):
            return True
    # Rows of a case that is written once: parameters.
    if schema == "cases" and re.match(r"cases\[\]\.rows", shape) or schema == "suite" and shape.startswith("tables."):
        return True
    if schema == "suite" and re.match(r"templates\.[^.]+\.optional", shape):
        return True
    # Arguments of a template of steps, {blob: {path: ...}}: what may stand there, the template says.
    template = re.match(r"cases\[\]\.(given|steps|after)\[\]\.([a-z_]+)", shape)
    return bool(template) and template[2] not in ("request", "expect", "capture", "by_owner")


def dump(node):
    return yaml.safe_dump(node, default_style='"', sort_keys=False, allow_unicode=True)


def reader_refuses(schema, document, path):
    """None where no command reads such a file alone."""
    if not PROGRAM:
        return None
    command = {
        "profile": ["replay", "--dry-run", "--select", "put-blob/success", "--profile", "FILE"],
        "rationale": ["spec", "lint", "--rationale", "FILE"],
        "policy": ["spec", "build", "SURFACE", "--policy", "FILE"],
        "before": ["spec", "build", "SURFACE", "--before", "FILE"],
        "overrides": ["spec", "build", "SURFACE", "--overrides", "FILE"],
        "answers": ["spec", "build", "SURFACE", "--answers", "FILE"],
        "surface": ["merge", "FILE"],
        "releases": ["spec", "lint", "--stale", "--releases", "FILE"],
        "baseline": ["replay", "--dry-run", "--select", "put-blob/success", "--baseline", "FILE"],
    }.get(schema)
    if not command:
        return None
    with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as file:
        file.write(dump(document))
        file.flush()
        surface = os.path.join(ROOT, "tests/schemas/examples/surface-small.yaml")
        done = subprocess.run([PROGRAM] + [{"FILE": file.name, "SURFACE": surface}.get(word, word) for word in command],
                              cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=60)
        return done.returncode == 3


def check(path, schema, validator):
    if "specs/surfaces/" in path and not WHOLE:
        return 0
    document = load(path)
    errors = sorted(validator.iter_errors(document), key=lambda error: list(error.absolute_path))
    for error in errors[:3]:
        complain(f"{path}: {'/'.join(map(str, error.absolute_path))}: {error.message[:200]}")
    if errors:
        return 0
    small = cut_open(cut(document, 3), 3) if schema in LONG else cut(document, 3)
    if not validator.is_valid(small):
        complain(f"{path}: cut to a few items it does not fit any more")
        return 0
    seen, mutants, asked = set(), 0, 0
    for shape, place in list(maps(small)):
        if shape in seen:
            continue
        seen.add(shape)
        mutant = copy.deepcopy(small)
        at(mutant, place)["zzz_unknown"] = "x"
        mutants += 1
        fits = validator.is_valid(mutant)
        if fits and not is_open(schema, shape):
            complain(f"{path}: an unknown key at '{shape}' is taken")
        if not fits and asked < 4:
            asked += 1
            if reader_refuses(schema, mutant, path) is False:
                complain(f"{path}: the program takes an unknown key at '{shape}', the schema does not")
    # A value where a map is wanted, and a format of another time.
    for change in ({**small, "format": "2"} if "format" in small else {**small, "blobgauge-surface": "2"}, [], "text"):
        mutants += 1
        if validator.is_valid(change):
            complain(f"{path}: {str(change)[:40]} is taken")
    # Each key that the schema asks for is missed.
    for name in validator.schema.get("required", []):
        mutant = {key: value for key, value in small.items() if key != name}
        mutants += 1
        if validator.is_valid(mutant):
            complain(f"{path}: it is taken without '{name}'")
    return mutants


def main():
    validators = {}
    for path in sorted(glob.glob(os.path.join(ROOT, "specs/schemas/*.schema.json"))):
        with open(path, encoding="utf-8") as file:
            schema = json.load(file)
        jsonschema.Draft202012Validator.check_schema(schema)
        validators[os.path.basename(path)[: -len(".schema.json")]] = jsonschema.Draft202012Validator(schema)
    done, used, mutants = set(), set(), 0
    for pattern, schema in FILES:
        for path in sorted(glob.glob(os.path.join(ROOT, pattern))):
            if path in done:
                continue
            done.add(path)
            if schema == "client" and is_source_client(path):
                schema_of = "source-client"
            else:
                schema_of = schema
            used.add(schema_of)
            mutants += check(path, schema_of, validators[schema_of])
    for path in glob.glob(os.path.join(ROOT, "specs/**/*.yaml"), recursive=True):
        if path not in done:
            complain(f"{path} has no schema: add one to specs/schemas and to this test")
    for schema in validators.keys() - used:
        complain(f"no file shows the schema {schema}")
    print(f"{len(done)} files, {len(validators)} schemas, {mutants} mutants, {len(failures)} failures")
    return 1 if failures else 0


sys.exit(main())
