-- Prints the share of the requests that took at most 0.25 s. CALLERS is the number of connections.
--
-- wrk records requests that it never made: for one that took n times as long as the mean, n - 1 more (stats_correct in
-- stats.c of wrk 4.1). No service can have measured those, so they are taken out again, the slowest first.
local PROMISE = 250000

function done(summary, latency, requests)
  local callers = tonumber(os.getenv("CALLERS"))
  local times, counts = {}, {}
  for index = 1, #latency do
    times[index], counts[index] = latency(index)
    counts[times[index] .. "us"] = index
  end
  local turns = math.floor(summary.requests / callers)
  local mean = turns > 0 and math.floor(summary.duration / turns) or math.huge
  local all, within = 0, 0
  for index = #times, 1, -1 do
    local time, count = times[index], counts[index]
    if time >= 2 * mean then
      for added = time - mean, mean + 1, -mean do
        local place = counts[added .. "us"]
        counts[place] = counts[place] - count
      end
    end
    all = all + count
    if time <= PROMISE then
      within = within + count
    end
  end
  io.write(string.format("share %.4f of %d\n", within / all, all))
end
