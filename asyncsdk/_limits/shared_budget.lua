-- The budget that processes and hosts share: one question, one answer, decided in one step.
--
-- KEYS: window    grants by time
--       first     who waits, by arrival
--       bulk      who waits with bulk requests, by arrival
--       due       who waits, by the moment he was told to come back
--       tally     of each process: how many grants it has in the window ("g:process"), how many wait ("w:process")
--       hungry    processes that lately got less than they asked for, by the moment until which that counts
--       pause     expires with the pause; holds the milliseconds that were ordered
--       born      when these keys were made: a younger one means Redis forgot
-- ARGV: the question as JSON, made in shared_budget.py.
--
-- Times are microseconds of Redis's clock: a double holds them exactly, but only %.0f prints them so.
-- A member of the sets is "process:number"; the same number names a ticket while it waits and once it is granted.
local window, first, bulk, due, tally, hungry, pause, born = unpack(KEYS)
local q = cjson.decode(ARGV[1])
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]

local function text(number) return string.format('%.0f', number) end
local function mine(number) return q.process .. ':' .. text(number) end
local function owner(member) return string.match(member, '^(.*):') end
local function count(what, process, by) redis.call('HINCRBY', tally, what .. process, by) end
local function counted(what, process) return tonumber(redis.call('HGET', tally, what .. process) or 0) end


-- Redis's clock may be set back. What is stamped later than can be is then moved back, all of it by as much as the last
-- of it: so it counts for no shorter than it should, and does not hold until the wrong time comes round. Lines are moved
-- as a whole, for there the order is all that matters.
local function set_back(key, latest, first_moved)
  local ahead = (redis.call('ZRANGE', key, -1, -1, 'WITHSCORES')[2] or 0) - latest
  if ahead > 1000000 then
    for _, member in ipairs(redis.call('ZRANGEBYSCORE', key, first_moved or '(' .. text(latest), '+inf')) do
      redis.call('ZINCRBY', key, text(-ahead), member)
    end
  end
end
set_back(window, now)
set_back(first, now, '-inf')
set_back(bulk, now, '-inf')
set_back(due, now + q.nap)
set_back(hungry, now + q.nap + q.grace)
local ordered = tonumber(redis.call('GET', pause) or 0)
if redis.call('PTTL', pause) > ordered then redis.call('PEXPIRE', pause, text(ordered)) end

local function grant(number, at)
  if redis.call('ZADD', window, text(at), mine(number)) == 1 then count('g:', q.process, 1) end
end
local function leave_line(member)
  if redis.call('ZREM', due, member) == 1 then
    redis.call('ZREM', first, member)
    redis.call('ZREM', bulk, member)
    count('w:', owner(member), -1)
  end
end

redis.call('SET', born, text(now), 'NX')
for _, told in ipairs(q.told) do grant(told[1], told[2] > 0 and math.min(told[2], now) or now) end
for _, number in ipairs(q.gone) do
  if redis.call('ZREM', window, mine(number)) == 1 then count('g:', q.process, -1) end
  leave_line(mine(number))
end
for _, old in ipairs(redis.call('ZRANGEBYSCORE', window, '-inf', text(now - q.period))) do
  count('g:', owner(old), -1)
end
redis.call('ZREMRANGEBYSCORE', window, '-inf', text(now - q.period))
for _, late in ipairs(redis.call('ZRANGEBYSCORE', due, '-inf', text(now - q.grace))) do leave_line(late) end
redis.call('ZREMRANGEBYSCORE', hungry, '-inf', text(now))
if q.order > 0 and redis.call('PTTL', pause) < q.order then redis.call('SET', pause, text(q.order), 'PX', text(q.order)) end
local order_left = math.max(0, redis.call('PTTL', pause))

-- Fair shares. A process that has its share leaves what is missing to the shares of those who lately went hungry;
-- otherwise whoever is quickest when a window's worth frees at once would take it all.
local others = {}
for _, process in ipairs(redis.call('ZRANGE', hungry, 0, -1)) do
  if process ~= q.process then others[#others + 1] = process end
end
local share = q.limit / (#others + 1)
local owed = 0
for _, process in ipairs(others) do owed = owed + math.max(0, share - counted('g:', process)) end

local used = redis.call('ZCARD', window)
local own = counted('g:', q.process)
local waits = {}
local yielded = false
for i, ask in ipairs(order_left == 0 and q.asks or {}) do
  local number, is_bulk, arrived = ask[1], ask[2], ask[3]
  local line, limit = first, q.limit
  if is_bulk then line, limit = bulk, q.bulk_limit end
  local rank = redis.call('ZRANK', line, mine(number))
  local missing = used + (rank or redis.call('ZCARD', line)) - limit
  if is_bulk then missing = missing + redis.call('ZCARD', first) end
  if missing < 0 and own >= share and used + owed >= limit then
    leave_line(mine(number)) -- or others would stand behind it
    waits[i] = q.fresh
    yielded = true
  elseif missing < 0 then
    grant(number, now)
    leave_line(mine(number))
    used = used + 1
    own = own + 1
    waits[i] = -1
  else
    local index = missing % math.max(1, q.limit)
    local leaves = redis.call('ZRANGE', window, index, index, 'WITHSCORES')[2] or now
    waits[i] = leaves + ((missing - index) / math.max(1, q.limit) + 1) * q.period - now
    if not rank then
      redis.call('ZADD', line, text(arrived > 0 and math.min(arrived, now + i) or now + i), mine(number))
      count('w:', q.process, 1)
    end
    redis.call('ZADD', due, text(now + math.min(waits[i], q.nap)), mine(number))
  end
end
if counted('w:', q.process) > 0 then
  redis.call('ZADD', hungry, text(now + q.nap + q.grace), q.process)
elseif yielded or #q.asks > 0 and redis.call('ZSCORE', hungry, q.process) then
  redis.call('ZADD', hungry, text(now + q.fresh), q.process)
end

local memory = text((math.max(q.period, q.nap + q.grace) + 1000000) / 1000)
for _, key in ipairs({window, first, bulk, due, tally, hungry, born}) do redis.call('PEXPIRE', key, memory) end
local last = redis.call('ZRANGE', window, -1, -1, 'WITHSCORES')[2] or 0
return {now, tonumber(redis.call('GET', born)), used, tonumber(last), order_left, waits}
