"""YAML as people write it: read with 1.2 rules, checked against a schema, and never without the line.

Dates, floats and the words `on`, `no` and `yes` stay text; only `null`, `true`, `false` and whole numbers are more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import yaml
from attrs import field, frozen
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match, by_relevance

from pmp_core.errors import Place, PmpError, ProgrammeError, nearest

_TAG = "tag:yaml.org,2002:"
# What each type's text may be; a tag that someone wrote must fit it too.
_SHAPES = {
    f"{_TAG}null": re.compile("^(?:null|~|)$"),
    f"{_TAG}bool": re.compile("^(?:true|false)$"),
    f"{_TAG}int": re.compile("^-?(?:0|[1-9][0-9]*)$"),
    f"{_TAG}str": re.compile("(?s).*"),
}
_TYPES = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "boolean": "true or false",
    "null": "nothing",
    "number": "a number",
}

# More than any law needs, and little enough to read at once: a text that goes beyond is refused, not read for minutes.
_DEEPEST, _MOST_NODES, _MOST_DIGITS = 50, 200_000, 18
_TOO_DEEP = f"This is nested more than {_DEEPEST} levels deep."
_LOOK_AT_BRACKETS = "Look for brackets that are not closed."

# libyaml's parser where PyYAML was built with it: several times faster on a whole programme, and the same nodes.
_Loader: Any = type("_Loader", (getattr(yaml, "CSafeLoader", yaml.SafeLoader),), {"yaml_implicit_resolvers": {}})
_Loader.add_implicit_resolver(f"{_TAG}null", _SHAPES[f"{_TAG}null"], ["n", "~", ""])
_Loader.add_implicit_resolver(f"{_TAG}bool", _SHAPES[f"{_TAG}bool"], ["t", "f"])
_Loader.add_implicit_resolver(f"{_TAG}int", _SHAPES[f"{_TAG}int"], list("-0123456789"))


@frozen
class Document:
    """What a YAML text says, and where it says it.

    Args:
        name: of the file, for errors.
        data: mappings, lists, text, whole numbers, true, false and None.
    """

    name: str
    data: Any
    _root: yaml.Node | None = field(repr=False, eq=False)

    def place(self, pointer: str) -> Place:
        """The place of a JSON pointer: the line of its key or item, or of the nearest thing above it that exists."""
        node, line = self._root, 1 if self._root is None else self._root.start_mark.line + 1
        for part in pointer.split("/")[1:]:
            below = _below(node, part.replace("~1", "/").replace("~0", "~"))
            if below is None:
                break
            key, node = below
            line = key.start_mark.line + 1
        return Place(file=self.name, row=line, pointer=pointer)


def to_pointer(parts: Iterable[str | int]) -> str:
    """The JSON pointer of these keys and positions.

    >>> to_pointer(["values", "a/b", 0])
    '/values/a~1b/0'
    """
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def read_yaml(text: str, name: str) -> Document:
    """Read one YAML document with 1.2 rules.

    Args:
        text: the document.
        name: of its file, for errors.

    Raises:
        ProgrammeError: `yaml-invalid`: not YAML, more than one document, a tag, a key that is no text, an alias inside of
            what it stands for, too deep, too much or too long a number; `yaml-key-twice`.
    """
    try:
        root = yaml.compose(text.removeprefix("\ufeff"), Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(name, mark.line + 1 if mark else None)
        raise ProgrammeError(
            "yaml-invalid",
            f"This is not YAML: {error.problem or error.context}.",
            place=place,
            remedy="Look at the indentation, the quotes and the colons of this line and the one above.",
        ) from None
    except RecursionError:  # thousands of levels: the composer goes one call deeper with each
        raise ProgrammeError("yaml-invalid", _TOO_DEEP, place=Place(name), remedy=_LOOK_AT_BRACKETS) from None
    except yaml.YAMLError:
        raise ProgrammeError(
            "yaml-invalid",
            "This is not YAML: it holds characters that no text has.",
            place=Place(name),
            remedy="Save it as text in UTF-8.",
        ) from None
    return Document(name, None if root is None else _Building(name).data(root), root)


class _Building:
    """Turns nodes into data; what an anchor names is built once and shared, and counts each time that it stands somewhere."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._built: dict[int, tuple[object, int]] = {}
        self._open: set[int] = set()
        self._count = 0

    def data(self, node: yaml.Node) -> object:
        if id(node) in self._open:
            raise self._error("yaml-invalid", "This alias stands inside of what it stands for.", node)
        if id(node) in self._built:
            data, count = self._built[id(node)]
            self._counted(count, node)
            return data
        if len(self._open) >= _DEEPEST:
            raise self._error("yaml-invalid", _TOO_DEEP, node, _LOOK_AT_BRACKETS)
        before = self._count
        self._counted(1, node)
        self._open.add(id(node))
        data = self._build(node)
        self._open.remove(id(node))
        self._built[id(node)] = data, self._count - before
        return data

    def _counted(self, more: int, node: yaml.Node) -> None:
        self._count += more
        if self._count > _MOST_NODES:
            message = "The aliases of this file stand for more than can be read."
            raise self._error("yaml-invalid", message, node, "Write it out, or split the file.")

    def _build(self, node: yaml.Node) -> object:
        if isinstance(node, yaml.MappingNode) and node.tag == f"{_TAG}map":
            return self._mapping(node)
        if isinstance(node, yaml.SequenceNode) and node.tag == f"{_TAG}seq":
            return [self.data(item) for item in node.value]
        shape = _SHAPES.get(node.tag)
        if not isinstance(node, yaml.ScalarNode) or shape is None or not shape.fullmatch(node.value):
            raise self._error("yaml-invalid", "A tag is not understood here.", node, "Take the tag, `!…`, away.")
        if node.tag == f"{_TAG}str":
            return node.value
        if node.tag == f"{_TAG}int" and len(node.value) > _MOST_DIGITS:
            raise self._error("yaml-invalid", "This number is too long.", node, "Put it in quotes if it is text.")
        return None if node.tag == f"{_TAG}null" else int(node.value) if node.tag == f"{_TAG}int" else node.value == "true"

    def _mapping(self, node: yaml.MappingNode) -> dict[str, object]:
        mapping: dict[str, object] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise self._error("yaml-invalid", "A key must be text.", key)
            if key.value in mapping:
                raise self._error("yaml-key-twice", f"The key {key.value!r} stands twice in one mapping.", key, "Keep one.")
            mapping[key.value] = self.data(value)
        return mapping

    def _error(self, code: str, message: str, node: yaml.Node, remedy: str = "") -> ProgrammeError:
        return ProgrammeError(code, message, place=Place(self._name, node.start_mark.line + 1), remedy=remedy)


def _below(node: yaml.Node | None, part: str) -> tuple[yaml.Node, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        return next(((key, value) for key, value in node.value if key.value == part), None)
    if isinstance(node, yaml.SequenceNode) and part.isdecimal() and int(part) < len(node.value):
        return node.value[int(part)], node.value[int(part)]
    return None


def check_schema(
    document: Document, schema: Mapping[str, Any], *, error: type[PmpError] = ProgrammeError, code: str = "yaml-not-allowed"
) -> None:
    """Check a document against a JSON Schema (draft 2020-12).

    Args:
        document: what `read_yaml` gave.
        schema: the schema. A `description` beside a rule is told as what to do.
        error: the class of the error.
        code: its code.

    Raises:
        PmpError: of class `error`, for the thing that is most likely wrong: its line, its pointer, what is allowed there
            and the nearest names.
    """
    # A mistyped name is often a missing one too: the typo is what to tell.
    relevance = by_relevance(strong=frozenset({"additionalProperties"}))
    wrong = best_match(Draft202012Validator(schema).iter_errors(document.data), key=relevance)
    if wrong is None:
        return
    path, message, found, remedy = _explained(wrong)
    raise error(code, message, place=document.place(to_pointer(path)), found=found, remedy=remedy)


def _explained(wrong: ValidationError) -> tuple[list[str | int], str, object, str]:
    """Where the error is, what is wrong, what was found, what to do."""
    path: list[str | int] = list(wrong.absolute_path)
    rule: Any = wrong.validator_value
    schema: Any = wrong.schema
    instance: Any = wrong.instance
    told = str(schema.get("description", "")) if isinstance(schema, Mapping) else ""
    if "propertyNames" in wrong.absolute_schema_path:  # the path is the mapping's; point at the name itself
        path.append(instance)
    match wrong.validator:
        case "additionalProperties":
            known, patterns = list(schema.get("properties", {})), list(schema.get("patternProperties", {}))
            name = next(key for key in instance if key not in known and not any(re.search(p, key) for p in patterns))
            return [*path, name], f"The name {name!r} is not known here.", None, _allowed(name, known)
        case "enum":
            return path, "This is none of the allowed values.", instance, _allowed(instance, rule)
        case "required":
            missing = ", ".join(repr(name) for name in rule if name not in instance)
            return path, f"Something is missing here: {missing}.", None, f"Add it. {told}".rstrip()
        case "pattern":
            return path, "This is not written as it must be.", instance, told
        case "dependentRequired":
            name, missing = next(
                (key, one) for key, needed in rule.items() if key in instance for one in needed if one not in instance
            )
            return path, f"Where {name!r} stands, {missing!r} is needed too.", None, f"Add {missing!r}, or take {name!r} away."
        case "type":
            wanted = " or ".join(_TYPES[name] for name in ([rule] if isinstance(rule, str) else rule))
            advice = told or f"Write {wanted}; put text that looks like a number in quotes."
            return path, f"This must be {wanted}.", instance, advice
        case _:
            return path, f"{wrong.message[:300]}.", None, told


def _allowed(name: object, known: Iterable[Any]) -> str:
    texts = [str(one) for one in known]
    near = nearest(str(name), texts)
    return (f"Did you mean {near[0]!r}? " if near else "") + f"Allowed: {', '.join(texts) or 'nothing'}."
