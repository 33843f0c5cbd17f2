"""Turns JSON into models, values into JSON, and models into Arrow tables (`arrow`).

| word | meaning |
|---|---|
| field | one attribute of a model, and the name the API gives it (`fields`, `keys`) |
| rule | how one type is read from JSON and written to it (`rules`) |
| reader | what reads one model the fast way (`readers`) |
| promise | a value that the contract says is always there (`promises`) |
| misfit | a promised value that was null or missing (`promises`) |
| body, query | what a call sends (`body`, `query`) |
"""
