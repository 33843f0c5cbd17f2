"""Walking a list page by page: what is asked for next, which pages join, what is handed out, and how to go on later.

The way of a page: `pager` (what the user holds) -> `listed` (the list as it is asked for) -> `stages` and `plan` (which
page next) -> `workers` (the request) -> `plan` (is it accepted) -> `fetcher` (to the consumer) -> `walk` (row by row).

Decisions know neither clock nor network nor event loop. `Plan` asks, answers and accepts; each of its parts keeps one
invariant, and nobody else writes its state:

- `window`: pages are in order, and no more of them take places than may.
- `asking`: no more is asked for than the bound allows, and nothing twice.
- `frontier`, `joins`, `identity`, `seen`: what was accepted has no gap, and no row is new twice.
- `gaps`: a join that was lost is looked for, but not for ever.
- `ending`: a list ends where that was proved. `repetition`: a server that gives the same rows again and again
  is found out.
- `delivery`, `bookmarks`: rows leave in order, and a bookmark is exact to the row. `report`: what is counted.
- `stages`, `sweeping`: what follows the list itself. `counting`: how long a list is, without reading it.
- `changes`: which rows a list lost since it was read, without reading it again.

A list that is followed: `change_stream` (what the user holds) -> `following` (round after round) -> `views` (what is
asked) and `finding` (the search of `changes`, over the network) -> `noticing` (what is news) -> `held` (ids, versions).
`trust` says how far a proof is worth something, `followed` is all of it as a text.

| Word        | Meaning                                                                                           |
|-------------|---------------------------------------------------------------------------------------------------|
| page        | the rows of one answer; planned, in flight, answered, accepted, delivered                         |
| window      | the pages between being planned and being accepted                                                |
| place       | what a page takes in the window from being handed out until its rows are taken                    |
| frontier    | the end of what was accepted; `position` is the offset behind it                                  |
| join        | a row of a page that was accepted before in the same version: the page continues what was read    |
| gap         | what may be missing before a page that does not join                                              |
| overlap     | the rows that two pages share on purpose                                                          |
| closing     | a page that is asked for to prove that the end is the end                                         |
| fresh       | asked for after every accepted page had answered                                                  |
| stable      | a walk whose pages must join; the other kind is plain                                             |
| stage       | one plan of a walk: the list itself, or a sweep                                                   |
| sweep       | a stage that reads what was changed since the walk began                                          |
| cursor      | where a walk stands between two rows; written as a text it is a bookmark                          |
| delivery    | the new rows of a page, ready to be taken in order                                                |
| held        | a row that was told, or was there when the list was first read: its absence would be news         |
| proof       | one page that shows that a list has no row less than is held                                      |
| round       | one look at a list that is followed: what changed, and the proof                                  |
| reject      | a row that does not fit its model; a misfit is one that lacks a promised value                    |
"""
