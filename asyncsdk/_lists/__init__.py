"""Walking a list page by page: what is asked for next, which pages join, what is handed out, and where it stands.

The decisions know neither clock nor network nor event loop:

- `paging`: one walk as a state machine; `asking`: which page next, how far ahead (`horizon`); `accepting`: what an
  answer means; `line`: pages between being planned and being accepted; `delivery`: what waits to be taken.
- `frontier`: how far it has come; `joints`: whether a page continues it, and why that is enough; `looking`: where to
  look for a joint that was lost; `seen`: which keys were met.
- `ending`: whether a short page is the end; `refusals`: whether a refused one is; `repetition`: whether the server
  ignores `offset`; `messages`: what errors say.
- `sweeping`: what to ask for at the end; `counting`: how long a list is; `bookmarks`: where a walk stands, as a text.

`workers` fetch what a plan asks for, `fetcher` hands it over, `walk` and `page` are what its user holds, and `listed`
is where they begin.
"""
