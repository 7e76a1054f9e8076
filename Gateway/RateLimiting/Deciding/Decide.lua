-- Decides a batch of requests, each under all of its policies at once: a request is counted by every policy or by none.
-- Everything happens on this server's clock, in microseconds.
--
-- KEYS  one for each policy of each request, in their order; all share one hash slot
-- ARGV  for each request the number of its policies, and for each of these
--         algorithm  sliding | fixed | bucket | concurrency
--         enforced   1, or 0 where the policy only watches: it never refuses a request, and counts only what it would admit
--         limit      requests in a window; the size of the bucket; requests at a time
--         window     in microseconds; of a concurrency policy: how long a request counts whose gateway died
--         cost       what the request takes; 0 only looks
--         want       how many more to lend to the gateway
--         debt       what the gateway admitted by itself while it could not ask; it is counted whatever the limit
--         mark       a refund's: where the loan was counted; of a concurrency policy: the name of the request
--         refund     how much of the loan was never used
-- Returns one text: for each policy, separated by spaces: 1 or 0, whether it admits the request; how many are left; microseconds
-- until more are left, or until the request would be admitted; how many are lent; for how many microseconds; the loan's mark

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])

-- Up to this limit every request counts by its own microsecond. Above it, requests of one part of the window count as if they had come at
-- the part's end, so never too short and at most 1/1024 too long; in return, no count takes more memory than that, however high the limit
local PARTS = 1024
-- By how much a clock may go back before it is taken for another one
local DRIFT = 1000000
local SLACK_MS = 1000
local SMALLEST_LOAN = 4

-- A loan is a small share of what is left, so that close to the limit there are none and every request is decided here
local function lend(want, left)
  local loan = math.min(want, math.floor(left / 16))
  if loan < SMALLEST_LOAN then
    return 0
  end
  return loan
end

local function ttl(microseconds)
  return string.format('%.0f', math.ceil(microseconds / 1000) + SLACK_MS)
end

local function text(number)
  return string.format('%.0f', number)
end

local sliding = {}

-- The hash has n, how many count; o, the oldest part that holds some; h, the newest; g, a part's length; and each part by its number
function sliding.open(use)
  use.part = 1
  if use.limit > PARTS then
    use.part = math.max(1, math.floor(use.window / PARTS))
  end
  use.current = math.floor(now / use.part)
  local state = redis.call('HMGET', use.key, 'n', 'o', 'h', 'g')
  use.exists = state[1] and true
  use.count, use.oldest, use.newest = tonumber(state[1] or 0), tonumber(state[2] or 0), tonumber(state[3] or 0)
  if use.count > 0 then
    local length = tonumber(state[4])
    if length ~= use.part or use.newest * length > now + DRIFT + 2 * length then
      sliding.regroup(use, length)
    end
    -- The newest is a loan's, which counts from the part after the current one on; or the clock has gone back a little
    use.current = math.max(use.current, use.newest - 1)
    sliding.forget(use)
  end

  if use.refund > 0 and use.mark >= use.oldest then
    local counted = tonumber(redis.call('HGET', use.key, text(use.mark)) or 0)
    local back = math.min(use.refund, counted, use.count)
    if back > 0 then
      redis.call('HINCRBY', use.key, text(use.mark), -back)
      use.count = redis.call('HINCRBY', use.key, 'n', -back)
    end
  end
  if use.debt > 0 then
    sliding.count(use, use.current, use.debt)
  end
  use.left = use.limit - use.count
end

-- The microsecond at which the last request that a part may hold is a whole window old
function sliding.leaving(use, part)
  return (part + 1) * use.part - 1 + use.window
end

-- The parts with what they hold, the oldest first
function sliding.read(use)
  local flat, parts = redis.call('HGETALL', use.key), {}
  for index = 1, #flat, 2 do
    local number = tonumber(flat[index])
    if number then
      parts[#parts + 1] = { number = number, count = tonumber(flat[index + 1]) }
    end
  end
  table.sort(parts, function(one, other) return one.number < other.number end)
  return parts
end

-- Parts have another length now, or the clock has been put back: then what is ahead of it has come just now
function sliding.regroup(use, length)
  local parts = sliding.read(use)
  redis.call('DEL', use.key)
  use.exists, use.count = false, 0
  for _, old in ipairs(parts) do
    if old.count > 0 then
      sliding.count(use, math.floor(math.min((old.number + 1) * length - 1, now + DRIFT) / use.part), old.count)
    end
  end
end

-- Takes out the parts whose last request came a whole window ago
function sliding.forget(use)
  if sliding.leaving(use, use.oldest) > now then
    return
  end

  local gone = {}
  for _, part in ipairs(sliding.read(use)) do
    if sliding.leaving(use, part.number) > now and part.count > 0 then
      use.oldest = part.number
      break
    end
    use.count = use.count - part.count
    gone[#gone + 1] = text(part.number)
  end
  if use.count <= 0 then
    redis.call('DEL', use.key)
    use.count, use.exists = 0, false
    return
  end
  redis.call('HDEL', use.key, unpack(gone))
  redis.call('HSET', use.key, 'n', use.count, 'o', text(use.oldest))
end

function sliding.count(use, part, amount)
  if use.count == 0 then
    if use.exists then
      redis.call('DEL', use.key)
    end
    use.exists, use.count, use.oldest, use.newest = true, amount, part, part
    redis.call('HSET', use.key, 'n', amount, 'o', text(part), 'h', text(part), 'g', use.part, text(part), amount)
    redis.call('PEXPIRE', use.key, ttl(use.window + 3 * use.part))
    return
  end

  use.oldest, use.count = math.min(use.oldest, part), use.count + amount
  local counted = redis.call('HINCRBY', use.key, text(part), amount)
  if part > use.newest or counted == amount then
    use.newest = math.max(use.newest, part)
    redis.call('HSET', use.key, 'n', use.count, 'o', text(use.oldest), 'h', text(use.newest))
    redis.call('PEXPIRE', use.key, ttl(use.window + 3 * use.part))
  else
    redis.call('HINCRBY', use.key, 'n', amount)
  end
end

function sliding.take(use)
  if use.cost > 0 then
    sliding.count(use, use.current, use.cost)
  end
  local loan = lend(use.want, use.limit - use.count)
  if loan > 0 then
    -- Counted as late as any of it may be used
    sliding.count(use, use.current + 1, loan)
    use.loan, use.loanFor, use.loanMark = loan, (use.current + 2) * use.part - 1 - now, use.current + 1
  end
  use.left = use.limit - use.count
end

-- When so many have left that a request with the cost fits, or else when the next one leaves
function sliding.reset(use, admitted)
  if use.count == 0 then
    return 0
  end
  local missing = use.count + use.cost - use.limit
  if admitted or missing <= 1 then
    return sliding.leaving(use, use.oldest) - now
  end
  local last
  for _, part in ipairs(sliding.read(use)) do
    last, missing = part.number, missing - part.count
    if missing <= 0 then
      break
    end
  end
  return sliding.leaving(use, last) - now
end

-- "start count": the window that the clock is in, and what came in it
local fixed = {}

function fixed.open(use)
  local start, count = string.match(redis.call('GET', use.key) or '', '^(%d+) (%d+)$')
  use.start = math.floor(now / use.window) * use.window
  use.count = 0
  if start and tonumber(start) >= use.start then
    use.count = tonumber(count)
    if tonumber(start) <= use.start + use.window then
      use.start = tonumber(start)
    else
      -- The clock has been put back: what is ahead of it has come just now
      use.changed = true
    end
  end
  if use.refund > 0 and use.mark == use.start then
    use.count = math.max(0, use.count - use.refund)
    use.changed = true
  end
  use.count = use.count + use.debt
  use.changed = use.changed or use.debt > 0
  use.left = use.limit - use.count
  if use.changed then
    fixed.store(use)
  end
end

function fixed.store(use)
  redis.call('SET', use.key, string.format('%.0f %.0f', use.start, use.count), 'PX', ttl(use.start + use.window - now))
end

function fixed.take(use)
  use.count = use.count + use.cost
  local loan = lend(use.want, use.limit - use.count)
  if loan > 0 then
    use.count = use.count + loan
    use.loan, use.loanMark = loan, use.start
    use.loanFor = math.min(use.start + use.window - now, math.floor(2 * use.window / PARTS))
  end
  if use.cost + loan > 0 then
    fixed.store(use)
  end
  use.left = use.limit - use.count
end

function fixed.reset(use)
  return use.start + use.window - now
end

-- "used time": how much was out of the bucket at a time; it runs back in evenly
local bucket = {}

-- A request that is short of less than this fits: numbers have their rounding
local GRAIN = 0.000001

function bucket.open(use)
  local used, at = string.match(redis.call('GET', use.key) or '', '^([%d.]+) (%d+)$')
  use.interval = use.window / use.limit
  use.used = 0
  local isAhead = false
  if used then
    -- A clock that has been put back lets nothing run in until it is where it was; if that is long, from now on
    use.used = math.max(0, tonumber(used) - math.max(0, now - tonumber(at)) / use.interval)
    isAhead = tonumber(at) > now + DRIFT
  end
  if use.debt > 0 or isAhead then
    use.used = use.used + use.debt
    bucket.store(use)
  end
  use.left = math.floor(use.limit - use.used + GRAIN)
end

function bucket.store(use)
  redis.call('SET', use.key, string.format('%.9f %.0f', use.used, now), 'PX', ttl(math.max(1, use.used / use.limit) * use.window))
end

function bucket.take(use)
  if use.cost > 0 then
    use.used = use.used + use.cost
    bucket.store(use)
    use.left = math.floor(use.limit - use.used + GRAIN)
  end
end

function bucket.reset(use, admitted)
  local wanted = use.cost
  if admitted then
    wanted = math.min(use.left + 1, use.limit)
  end
  return math.ceil((wanted + use.used - use.limit) * use.interval)
end

-- A sorted set of the requests under way, by the time at which each is given up unless its gateway says that it still runs
local concurrency = {}

function concurrency.open(use)
  redis.call('ZREMRANGEBYSCORE', use.key, '-inf', string.format('%.0f', now))
  -- Given up later than a request that comes now: the clock has been put back
  for _, request in ipairs(redis.call('ZRANGEBYSCORE', use.key, string.format('(%.0f', now + use.window + DRIFT), '+inf')) do
    redis.call('ZADD', use.key, string.format('%.0f', now + use.window), request)
  end
  use.left = use.limit - redis.call('ZCARD', use.key)
end

function concurrency.take(use)
  if use.cost > 0 then
    redis.call('ZADD', use.key, string.format('%.0f', now + use.window), use.mark)
    redis.call('PEXPIRE', use.key, ttl(use.window))
    use.left = use.left - 1
  end
end

function concurrency.reset()
  return 0
end

local algorithms = { sliding = sliding, fixed = fixed, bucket = bucket, concurrency = concurrency }
local answers = {}
local key, argument = 0, 0

local function next_argument()
  argument = argument + 1
  return ARGV[argument]
end

while argument < #ARGV do
  local uses = {}
  local admitted = true
  for index = 1, tonumber(next_argument()) do
    key = key + 1
    local use = { key = KEYS[key], algorithm = algorithms[next_argument()], enforced = next_argument() == '1' }
    use.limit, use.window = tonumber(next_argument()), tonumber(next_argument())
    use.cost, use.want, use.debt = tonumber(next_argument()), tonumber(next_argument()), tonumber(next_argument())
    use.mark = next_argument()
    if use.algorithm ~= concurrency then
      use.mark = tonumber(use.mark)
    end
    use.refund = tonumber(next_argument())
    use.algorithm.open(use)
    use.fits = use.cost <= use.left
    admitted = admitted and (use.fits or not use.enforced)
    uses[index] = use
  end

  for index = 1, #uses do
    local use = uses[index]
    if admitted and use.fits then
      use.algorithm.take(use)
    end
    answers[#answers + 1] = string.format(
      '%d %.0f %.0f %.0f %.0f %.0f', use.fits and 1 or 0, math.max(0, use.left), math.max(0, use.algorithm.reset(use, use.fits)),
      use.loan or 0, use.loanFor or 0, use.loanMark or 0)
  end
end

return table.concat(answers, ' ')
