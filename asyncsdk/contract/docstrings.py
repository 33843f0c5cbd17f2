"""The docstrings of generated code: what the contract knows, in plain sentences, wrapped to the line length.

What they say of a call goes into the contract as well, for other people's tools.

Pure text: each function takes what `reading` read and gives the lines of a docstring, unindented.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from .creating import is_found
from .reading import Operation, Parameter, Resource
from .schemas import Field, Schema, python_name
from .settling import mark_of
from .words import (
    DYNAMIC,
    EXAMPLES,
    INSTEAD_OF_GET,
    MODELS,
    NOTES,
    OPEN_BODIES,
    RESOURCE_NOTES,
    UNITS,
    VERBS,
)

__all__ = ["GENERATED", "block", "description_of", "of_model", "of_operation", "of_resource"]

GENERATED: Final = "Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand."

_WIDTH: Final = 120

_ERRORS: Final = {
    400: "InvalidDataError",
    401: "AuthenticationError",
    403: "PermissionDeniedError",
    404: "NotFoundError",
    409: "ConflictError",
    429: "RateLimitError",
}


def block(paragraphs: Iterable[Sequence[str]], indent: int = 0) -> str:
    """A docstring of `paragraphs`, each a sequence of lines, as code indented by `indent` spaces.

    A line is wrapped where it is too long; what it goes on with is indented four spaces further than a line that
    describes an argument, and as much as any other line.
    """
    margin = " " * indent
    text = "\n\n".join("\n".join(_wrapped(line, margin) for line in lines) for lines in paragraphs if lines)
    closing = '"""' if "\n" not in text and len(text) + 6 <= _WIDTH else f'\n{margin}"""'
    return f'{margin}"""{text[indent:]}{closing}'


def _wrapped(line: str, margin: str) -> str:
    start = margin + line[: len(line) - len(line.lstrip())]
    rest = start + "    " if line.startswith(" ") else start
    # The opening quotes share the first line, so three columns stay free everywhere.
    return textwrap.fill(
        line.strip(),
        _WIDTH - 3,
        initial_indent=start,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def of_model(model: Schema) -> list[list[str]]:
    """What a model is, then a line for each field that needs one."""
    described = [(python_name(field.name), _of_field(model, field, answer=True)) for field in model.fields]
    if model.prefix:
        name, in_answers, _ = DYNAMIC[model.prefix]
        described.append((name, in_answers))
    lines = [f"    {name}: {text}" for name, text in described if text]
    return [
        [MODELS[model.name]],
        _sentences(model.note),
        _assumed(model.assumed),
        ["Attributes:", *lines] if lines else [],
    ]


def of_resource(resource: Resource) -> list[list[str]]:
    """What a resource is, the feature all of it needs, and what to do about calls it lacks."""
    paragraphs = [[f"{resource.about} (`{resource.path}`)."]]
    feature = _common_feature(resource)
    if feature:
        paragraphs.append([f"Needs the company feature {feature}."])
    if resource.name in EXAMPLES:
        paragraphs.append(["For example:"])
        paragraphs.append([f"    {line}" for line in EXAMPLES[resource.name]])
    if resource.name in INSTEAD_OF_GET:
        paragraphs.append(["There is no `get`: the API gives these rows only in lists. Instead:"])
        paragraphs.append([f"    {INSTEAD_OF_GET[resource.name]}"])
    if resource.name in RESOURCE_NOTES:
        paragraphs.append([RESOURCE_NOTES[resource.name]])
    return paragraphs


def of_operation(operation: Operation) -> list[list[str]]:
    """What a call does, what it needs, a line for each argument that needs one, and what it raises."""
    paragraphs = [[_summary(operation)]]
    body = operation.body
    if body:
        paragraphs += [_sentences(body.note), _mandatory(operation, body, python_name, "An InvalidDataError")]
        paragraphs.append(_assumed(body.assumed))
    paragraphs += [_assumed(operation.assumed), _needs(operation), _probable(operation)]
    arguments = [f"    {name}: {text}" for name, text in _arguments(operation) if text]
    paragraphs.append(["Args:", *arguments] if arguments else [])
    paragraphs.append(["Raises:", *_raises(operation)])
    return paragraphs


def description_of(operation: Operation) -> str:
    """What a call does and what it needs, by the names and answers of the API: for tools that show the contract.

    The notes of its body and parameters stand beside these in the contract, and are not repeated.
    """
    paragraphs = [[_summary(operation)]]
    if operation.body:
        paragraphs.append(_mandatory(operation, operation.body, str, "An answer of 400"))
    paragraphs += [_assumed(operation.assumed), _needs(operation), _probable(operation)]
    return "\n\n".join(" ".join(lines) for lines in paragraphs if lines)


def _mandatory(operation: Operation, body: Schema, name: Callable[[str], str], refusal: str) -> list[str]:
    """What is known of the fields a new row must have, where no reference page lists all of them."""
    if operation.kind != "create" or (not body.wanted and any(field.required for field in body.fields)):
        return []
    named = f"Assumed to be mandatory: {', '.join(map(name, body.wanted))}." if body.wanted else ""
    if not any(field.required for field in body.fields):
        named = f"No reference page says which fields are mandatory. {named}".strip()
    return [f"{named} {refusal} names what is missing."]


def _assumed(*texts: str) -> list[str]:
    """What is believed without a reference page, told apart from what one says."""
    told = " ".join(text for text in texts if text)
    first = told[:1].lower() if told[1:2].islower() or told[1:2].isspace() else told[:1]
    return [f"Assumed: {first}{told[1:]}"] if told else []


def _common_feature(resource: Resource) -> str | None:
    features = {operation.feature for operation in resource.operations}
    return features.pop() if len(features) == 1 else None


def _summary(operation: Operation) -> str:
    verb, _, rest = operation.summary.partition(" ")
    return f"{VERBS.get(verb, verb)} {rest}."


def _needs(operation: Operation) -> list[str]:
    parts = []
    if operation.permissions:
        parts.append(f"Permissions: {', '.join(operation.permissions)}.")
    if operation.feature:
        parts.append(f"Feature: {operation.feature}.")
    return [" ".join(parts)] if parts else []


def _probable(operation: Operation) -> list[str]:
    return [] if operation.documented else ["No reference page was at hand; treat as probable."]


def _raises(operation: Operation) -> list[str]:
    names = ", ".join(_ERRORS[status] for status in operation.statuses if status != 412)
    lines = [f"    {names}: As the API answers."]
    if operation.ids or operation.query or operation.body:
        lines.insert(0, "    ArgumentError: An argument is refused; nothing was sent.")
    if 412 in operation.statuses:
        lines.append(f"    PreconditionFailedError: {_precondition(operation)}")
    if mark_of(operation):
        lines.append(
            "    OutcomeUnknownError: It was sent and the answer lost; with `settle`: the row does not show it."
        )
    if is_found(operation):
        lines.append(
            "    OutcomeUnknownError: It was sent and the answer lost; with `settle`: no look could tell more."
        )
    return lines


def _precondition(operation: Operation) -> str:
    off = f"the company feature {operation.feature}" if operation.feature else "a company feature it needs"
    if operation.after:
        return f"The state of the row does not allow it, or {off} is off."
    assumed = " (assumed)" if 412 in operation.probable else ""
    return f"{off[0].upper()}{off[1:]} is off{assumed}."


def _arguments(operation: Operation) -> list[tuple[str, str]]:
    described = [(python_name(parameter.name), _of_parameter(parameter)) for parameter in operation.query]
    body = operation.body
    if body:
        described += [(python_name(field.name), _of_field(body, field, answer=False)) for field in body.fields]
        if body.unpublished:
            guess = OPEN_BODIES[body.name]
            text = f"The body by the API's field names; no schema is published. {guess}"
            if operation.method == "create":
                text += " So there is no `settle`: nobody can tell what the row of a lost create looks like."
            described.append(("fields", text))
        if body.prefix:
            name, _, in_calls = DYNAMIC[body.prefix]
            described.append((name, in_calls))
    if operation.paginated:
        described.append(("limit", "Rows in a page, 1 to 100. To bound the number of rows use `max_items`."))
        described.append(("offset", "Rows to skip."))
    if mark := mark_of(operation):
        text = f"Where the answer is lost, look once with a GET whether `{mark[0]}` shows that it was done."
        described.append(("settle", text))
    if is_found(operation):
        text = (
            "Where the answer is lost, look in the list for its row, for up to half a minute. An exact "
            "twin that another client makes in the same seconds cannot be told apart."
            if operation.method == "create"
            else "Where the answer is lost, look in the list whether the two are linked."
        )
        described.append(("settle", text))
    return described


def _of_parameter(parameter: Parameter) -> str:
    note = " ".join(_sentences(parameter.note))
    listed = ", ".join(parameter.values)
    match parameter.kind:
        case "date-time":
            text = {
                "updated_at": "When rows were last changed: an aware date-time or a filter such as `F.gte(since)`.",
                "deleted_at": 'When rows were deleted, likewise; for `deleted="include"` or `"only"`.',
                "archived_at": "When rows were archived, likewise.",
            }[parameter.name]
        case "date":
            text = "A date or a filter such as `F.between(first, last)`."
        case "integers":
            text = "In percent: an integer or a filter such as `F.gte(50)`."
        case "choice" if parameter.default:
            which = "soft-deleted" if parameter.name == "deleted" else parameter.name
            text = f"`exclude` leaves {which} rows out, `include` adds them, `only` gives just them."
            text = text.replace(f"`{parameter.default}`", f"`{parameter.default}` (default)")
        case "order":
            known = f": {listed}" if listed else "; the contract does not name them"
            default = f"; `{parameter.default}` by default" if parameter.default else ""
            if parameter.default and parameter.default.startswith("-"):
                default += f", `{parameter.default[1:]}` for stable walks"
            text = f"A field to sort by or several, each descending after `-`{known}{default}."
        case "include":
            text = "Relations to read along, one or several."
        case "flag":
            text = "True for archived rows only, False for the others only."
        case "text" if parameter.name == "search" and not note:
            text = "A keyword to look up."
        case _:
            text = ""
    return " ".join(part for part in (text, note, *_assumed(parameter.assumed)) if part)


def _of_field(schema: Schema, field: Field, *, answer: bool) -> str:
    parts = _sentences(field.note) or ([UNITS[field.name]] if field.name in UNITS else [])
    if field.kind == "month":
        parts = ["As YYYY-MM."] if answer else ["As YYYY-MM, or any date in the month."]
    if field.coerced:
        parts.append("The API may send it as a string.")
    parts += _bounds(field, answer=answer)
    if field.values and answer:
        parts.append(f"Known values: {', '.join(field.values)}.")
    if field.nullable and not answer:
        parts.append("None is sent as null.")
    parts += _returned(field)
    if field.name == "deleted_at" and answer:
        parts = ["When it was soft-deleted; None where it was not."]
    return " ".join([*parts, *_assumed(*field.assumed)])


def _returned(field: Field) -> list[str]:
    """Under which other name a field of a body comes back."""
    if field.sent_as is None or field.sent_as.field == field.name:
        return []
    if field.sent_as.field is None:
        return ["Not shown in answers."]
    return [f"Answers name it `{field.sent_as.field}`."]


def _bounds(field: Field, *, answer: bool) -> list[str]:
    if field.max_length is not None and not answer:
        return [f"At most {field.max_length} characters."]
    low = None if field.minimum == 1 and (answer or field.name.endswith("_id")) else field.minimum
    if low is not None and field.maximum is not None:
        return [f"From {low} to {field.maximum}."]
    if field.maximum is not None:
        return [f"At most {field.maximum}."]
    return [f"At least {low}."] if low is not None else []


def _sentences(note: str) -> list[str]:
    if note in NOTES:
        return [NOTES[note]] if NOTES[note] else []
    return [f"{note[0].upper()}{note[1:].removesuffix('.')}."] if note else []
