"""Walking a list page by page: what is asked for next, which pages join, what is handed out, and where it stands.

The decisions know neither clock nor network nor event loop:

- `paging`: one walk as a state machine; `line`: its pages between being planned and being accepted; `delivery`: what
  waits to be taken.
- `frontier`: how far it has come; `joints`: whether a page continues it, and why that is enough; `looking`: where to
  look for a joint that was lost; `seen`: which keys were met; `repetition`: whether the server ignores `offset`.
- `sweeping`: what to ask for at the end; `counting`: how long a list is; `bookmarks`: where a walk stands, as a text.

`fetcher` runs them with tasks, and `walk` and `page` are what its user holds.
"""
