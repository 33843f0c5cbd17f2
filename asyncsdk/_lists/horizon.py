"""How far beyond the pages known to be full a walk asks, and how many connections it can use. Pure.

Pages are counted from 1 in the order of the list, and `full` is the last of them that is known to be full: all before
it exist, so asking for them wastes nothing. What lies beyond may not exist. For a list that ends with page `full + 1`
the waste is the pages asked for behind it, and one more request where its shortness is no proof (it was asked for
before all pages before it had answered). With the bound of `pages_beyond` that is 2 + full // 8 at the most; for a list
that is longer by a page the first part is one less while the second is still one at most, and so on. So a walk of n
pages asks at most n + 2 + n // 8 times, whatever the order of the answers.
"""

from __future__ import annotations

__all__ = ["connections", "pages_beyond"]


def pages_beyond(full: int, *, proving: bool) -> int:
    """Returns how many pages behind page `full` may be asked for at once; the first page goes alone.

    Args:
        full: the last page known to be full; 0: none.
        proving: whether page `full + 1` was, or would now be, asked for after every page before it had answered: then
            its shortness is proof, and the request that would have proved the end is free for a page.
    """
    return 2 + (full + 1) // 8 + proving if full else 1


def connections(full: int, most: int) -> int:
    """Returns how many connections the pages to come can use when they are ready, `most` at the most.

    Six pages come in while a connection is made, so it looks six pages further than `pages_beyond`.
    """
    return min(most, 3 + (full + 6) // 8) if full else 1
