# Rules and routes in short time: every duration is divided by 60, so that an hour passes in a minute. Nothing else changes.
# A range keeps at least 5 seconds, because a rate needs a few scrapes, and what waits at least one.

# shorter DURATION, FLOOR in seconds: "1h30m" becomes "90s".
function shorter(duration, least,    rest, seconds, number, unit) {
  rest = duration
  seconds = 0
  while (match(rest, /^[0-9]+/)) {
    number = substr(rest, 1, RLENGTH)
    rest = substr(rest, RLENGTH + 1)
    unit = substr(rest, 1, 1)
    if (substr(rest, 1, 2) == "ms") unit = "ms"
    rest = substr(rest, length(unit) + 1)
    seconds += number * length_of[unit]
  }
  if (seconds == 0) return duration
  seconds = seconds / 60
  if (seconds < least) seconds = least
  return sprintf("%dms", seconds * 1000 + 0.5)
}

BEGIN {
  split("ms 0.001 s 1 m 60 h 3600 d 86400 w 604800 y 31536000", words, " ")
  for (i = 1; i in words; i += 2) length_of[words[i]] = words[i + 1]
  one = "[0-9]+(ms|s|m|h|d|w|y)"
}

/^ *#/ { print; next }

/^ *(- )?(for|keep_firing_for|interval|group_wait|group_interval|repeat_interval): *([0-9]+(ms|s|m|h|d|w|y))+ *$/ {
  match($0, /: */)
  end = RSTART + RLENGTH # shorter() matches as well
  value = substr($0, end)
  sub(/ +$/, "", value)
  print substr($0, 1, end - 1) shorter(value, 1)
  next
}

# The ranges of expressions: what is between brackets and is nothing but a duration.
{
  rest = $0
  line = ""
  while (match(rest, "\\[(" one ")+\\]")) {
    end = RSTART + RLENGTH
    line = line substr(rest, 1, RSTART) shorter(substr(rest, RSTART + 1, RLENGTH - 2), 5) "]"
    rest = substr(rest, end)
  }
  print line rest
}
