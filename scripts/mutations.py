"""The mutations of Tests/Mutations: where each belongs, what the sources become, and whether all of it still fits."""

import dataclasses
import pathlib
import re
import tomllib

import test_names

root = pathlib.Path(__file__).resolve().parent.parent


class Fault(Exception):
    pass


@dataclasses.dataclass
class Mutation:
    id: str
    what: str
    file: str
    tests: list
    mutant: str
    # One of them says where: an expression, one or more whole statements, or a text before which to do something else.
    expression: str = ""
    statement: str = ""
    before: str = ""
    # The text around it, where it would not be unique otherwise.
    inside: str = ""
    # Further places in the file that change with it, each with these keys and no id.
    also: list = dataclasses.field(default_factory=list)
    number: int = 0
    # Which of Tests/Mutations it stands in.
    theme: str = ""
    start: int = 0
    end: int = 0

    def locate(self, text):
        outer, begin = text, 0
        if self.inside:
            begin = unique(text, self.inside, self)
            outer = self.inside
        sought = self.expression or self.statement or self.before
        self.start = begin + unique(outer, sought, self)
        self.end = self.start if self.before else self.start + len(sought)

    def render(self, original):
        question = f"Mutant.on({self.number})"
        if self.before:
            return f"if {question} {{ {self.mutant} }}\n"
        if self.statement:
            return f"if {question} {{ {self.mutant} }} else {{ {original} }}"
        return f"({question} ? ({self.mutant}) : ({original}))"


def unique(text, sought, mutation):
    if not sought:
        raise Fault(f"{mutation.id}: it says no place")
    count = text.count(sought)
    if count != 1:
        raise Fault(f"{mutation.id}: {mutation.file} has {count} times, not once: {sought}")
    return text.index(sought)


def read_mutations():
    mutations = []
    for path in sorted((root / "Tests/Mutations").glob("*.toml")):
        for entry in tomllib.loads(path.read_text())["mutation"]:
            try:
                mutation = Mutation(**entry)
            except TypeError as error:
                raise Fault(f"{path.name}: {entry.get('id')}: {error}")
            mutation.number, mutation.theme = len(mutations) + 1, path.stem
            mutations.append(mutation)
    return mutations


def places(mutation):
    yield mutation
    for other in mutation.also:
        yield Mutation(mutation.id, mutation.what, mutation.file, [], number=mutation.number, **other)


def place(mutations):
    """The mutations of each file, each with its place in it."""
    files = {}
    for mutation in (each for mutation in mutations for each in places(mutation)):
        path = root / "Sources" / mutation.file
        if not path.is_file():
            raise Fault(f"{mutation.id}: there is no Sources/{mutation.file}")
        mutation.locate(path.read_text())
        files.setdefault(mutation.file, []).append(mutation)
    return files


def mutate(text, mutations):
    """One mutation may lie in another, or have the same place."""
    ordered = sorted(mutations, key=lambda each: (each.start, -each.end, each.number))
    for first, second in zip(ordered, ordered[1:]):
        if second.start < first.end < second.end:
            raise Fault(f"{first.id} and {second.id} overlap in {first.file}")

    def render(begin, end, rest):
        pieces, position = [], begin
        while rest:
            mutation = rest[0]
            inner = [each for each in rest[1:] if each.end <= mutation.end and not mutation.before]
            rest = [each for each in rest[1:] if each not in inner]
            pieces.append(text[position:mutation.start])
            pieces.append(mutation.render(render(mutation.start, mutation.end, inner)))
            position = mutation.end
        pieces.append(text[position:end])
        return "".join(pieces)

    return render(0, len(text), ordered)


# Checking


def check(mutations):
    """What a change of the sources or of the tests may have made untrue."""
    faults, known = [], test_names.find(root)
    ids = [mutation.id for mutation in mutations]
    faults += [f"{each}: the id is there twice" for each in sorted(set(ids)) if ids.count(each) > 1]
    for file, group in place(mutations).items():
        mutate((root / "Sources" / file).read_text(), group)
    for mutation in mutations:
        faults += [f"{mutation.id}: there is no test {name}" for name in mutation.tests if name not in known]
        if not mutation.tests:
            faults.append(f"{mutation.id}: no test is named")
    return faults


def check_documents(mutations):
    """Every mutation proves a row of a table, every id in a row is a mutation, every test of the RFCs' table exists."""
    faults, named, known = [], set(), test_names.find(root)
    ids = {mutation.id for mutation in mutations}
    for name in ("docs/defences.md", "docs/rfc-rules.md"):
        for row in (root / name).read_text().splitlines():
            if not row.startswith("| ") or row.startswith("| ---"):
                continue
            cells = [cell.strip() for cell in row.strip("| ").split(" | ")]
            found = re.findall(r"`([\w-]+)`", cells[-1].rpartition(" · ")[2]) if "· `" in cells[-1] else []
            if name == "docs/rfc-rules.md" and len(cells) == 5 and cells[0] != "section":
                found = re.findall(r"`([\w-]+)`", cells[4])
                tests = tests_in(cells[3])
                faults += [f"{name}: there is no test {each}" for each in tests if each not in known]
                shown = {known.get(each) for each in tests}
                faults += [
                    f"{name}: {each.id} is noticed by no test of its row, {cells[0]} {cells[1]}"
                    for each in mutations if each.id in found and not shown & {known.get(test) for test in each.tests}]
            faults += [f"{name}: there is no mutation {each}" for each in found if each not in ids]
            named.update(found)
    return faults + [f"{each}: neither table has this mutation" for each in sorted(ids - named)]


def tests_in(cell):
    return [each for each in re.split(r"; (?=\w+Tests: )", cell) if re.match(r"\w+Tests: ", each)]
