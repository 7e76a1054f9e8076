-- Admits at most `limit` requests in any window, whatever their arrival pattern: one sorted-set member per admitted request,
-- scored by Redis' own clock in microseconds. Rejected requests are not counted, else a client that keeps trying would
-- never get in again.
-- KEYS[1] the client's admitted requests; ARGV limit, window in microseconds, a name for this request
-- Returns admitted (1 or 0), how many are left, and the microseconds until one more would be left
local limit = tonumber(ARGV[1])
local window = tonumber(ARGV[2])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])

-- Formatted by hand: a number's default form has 14 digits, and this one has 16
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now - window))
local count = redis.call('ZCARD', KEYS[1])
local admitted = 0
if count < limit then
  redis.call('ZADD', KEYS[1], string.format('%.0f', now), ARGV[3])
  -- A whole window from the newest request on: a shorter life would forget requests that still count
  redis.call('PEXPIRE', KEYS[1], string.format('%.0f', math.ceil(window / 1000) + 1000))
  count = count + 1
  admitted = 1
end

-- The oldest; but under a limit that was lowered since, so many more must leave first
local excess = string.format('%.0f', math.max(0, count - limit))
local leaving = redis.call('ZRANGE', KEYS[1], excess, excess, 'WITHSCORES')
return { admitted, math.max(0, limit - count), tonumber(leaving[2]) + window - now }
