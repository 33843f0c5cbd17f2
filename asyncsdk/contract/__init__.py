"""The contract with the API, and the generator of models and resources.

`openapi.yaml` is the source, kept by hand; `openapi.json` is the same data for whoever needs it at run time. Run
`python -m asyncsdk.contract.generate` after a change of the contract, with the extra `dev` installed.
"""
