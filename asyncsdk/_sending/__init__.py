"""Sends one request: what it holds, when it leaves, what its answer means, and whether it is sent again.

| word | meaning |
|---|---|
| request | method, path, query and body, without credentials (`wire`) |
| attempt | one sending of a request over a connection (`attempt`) |
| call | everything that happens to one request until its answer or its error, all attempts included (`call`) |
| gate | where a call waits until it may be sent: slot, pause, budget, deadline (`gate`) |
| sender | what sends calls for one client and its settings (`sender`) |
| account | what all clients of one token share: pause, budget, statistics (`account`) |
| transport | the connections of each event loop (`transport`) |
"""
