-- Says of requests under way that their gateway lives
-- KEYS[1] the partition; ARGV how long each counts from now on, in microseconds, and then their names
local time = redis.call('TIME')
local score = string.format('%.0f', tonumber(time[1]) * 1000000 + tonumber(time[2]) + tonumber(ARGV[1]))
for index = 2, #ARGV do
  redis.call('ZADD', KEYS[1], score, ARGV[index])
end
return redis.call('PEXPIRE', KEYS[1], string.format('%.0f', math.ceil(tonumber(ARGV[1]) / 1000) + 1000))
