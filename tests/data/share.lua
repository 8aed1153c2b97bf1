-- Prints the share of the requests that took at most 0.25 s, in thousandths.
function done(summary, latency, requests)
  local share = 0
  while share < 999 and latency:percentile((share + 1) / 10) <= 250000 do
    share = share + 1
  end
  if share == 999 and latency.max <= 250000 then
    share = 1000
  end
  io.write(string.format("share %.3f\n", share / 1000))
end
