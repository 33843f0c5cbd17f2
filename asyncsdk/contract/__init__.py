"""The contract with the API, and the generator of models and resources.

`openapi.yaml` is the source, kept by hand; `openapi.json` is the same data for whoever needs it at run time, with a
description of each operation that says in prose what stands in the words below. Run
`python -m asyncsdk.contract.generate` after a change of the contract, with the extra `dev` installed.

What OpenAPI has no word for:

    x-sdk                 the resource and method that make the call
    x-documented          false where no reference page of the call was at hand
    x-filter, x-values    the operators of a filter; the names an order or include takes
    x-assumed             what is believed that no page says, and why; at the root, what is believed of all calls
    x-assumed-required    the fields a new row is believed to need, and why; they are in `required` as well
    x-assumed-bounds      the least and the most a field is believed to take
    x-assumed-not-before  the field of the same body whose date it is believed not to come before
    x-assumed-default     what a field is believed to be where it is left out: a value, `caller`, `first`, `today`,
                          `this-month`
    x-sent-as             how a field of a body comes back where it does not as it was sent: `field` is its name in
                          the row (null: not at all), `as` its spelling (lower-case, first-of-month, number-or-string)
    x-unit                the unit of a number: K (thousands), %, h, min, d, months
    x-state               what an action asks of its row (`before`) and leaves in it (`after`); `*`: any but null

`learning` finds out, with reads alone, what the API is where it differs from the contract.

Docstrings show what is assumed as "Assumed: ...", the sandbox acts on it, and nothing else hangs on it.
"""
