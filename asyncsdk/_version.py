"""The version of the package, apart from it, so that whoever needs the number does not import the package."""

__version__ = "0.1.0"
