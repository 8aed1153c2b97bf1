# Reads the Prometheus text format, and prints each breach of the contract, a line each.
#
#   ask=names|labels|buckets|zero|paths   a clause; prints nothing where it holds
#   ask=series                            every series, its labels in order and the bounds of buckets as numbers, with its value

function labels_of(text,    pair, count, name, i, j, swap, out) {
  while (match(text, /^[ ,]*[a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\.)*"/)) {
    pair = substr(text, 1, RLENGTH)
    text = substr(text, RLENGTH + 1)
    sub(/^[ ,]+/, "", pair)
    name = substr(pair, 1, index(pair, "=") - 1)
    label[name] = substr(pair, length(name) + 3, length(pair) - length(name) - 3)
    if (name == "le" && label[name] != "+Inf") label[name] = label[name] + 0
    for (i = ++count; i > 1 && names[i - 1] > name; i--) names[i] = names[i - 1]
    names[i] = name
  }
  label_names = out = ""
  for (i = 1; i <= count; i++) {
    if (names[i] != "le") label_names = label_names (label_names == "" ? "" : " ") names[i]
    out = out (out == "" ? "" : ",") names[i] "=\"" label[names[i]] "\""
  }
  return out
}

function once(message) { if (!(message in said)) { said[message] = 1; print message } }

BEGIN {
  BOUNDS = "0.005 0.01 0.025 0.05 0.1 0.25 0.5 1 2.5 5 10 +Inf"
  WANTED["http_requests_total"] = "code method route"
  WANTED["http_request_duration_seconds_bucket"] = WANTED["http_request_duration_seconds_count"] = "method route"
  WANTED["http_request_duration_seconds_sum"] = "method route"
  WANTED["app_build_info"] = "revision runtime version"
  route["/"] = route["/info"] = route["other"] = 1
}

# A metric with labels may have no series before the first request.
$1 == "#" && $2 == "TYPE" && $3 ~ /^http_requests(_total)?$/ { present["http_requests_total"] = 1 }
$1 == "#" && $2 == "TYPE" && $3 == "http_request_duration_seconds" {
  present[$3 "_bucket"] = present[$3 "_sum"] = present[$3 "_count"] = 1
}

/^#/ || !NF { next }

{
  name = text = $0
  sub(/[{ ].*/, "", name)
  present[name] = 1
  split("", label)
  series = ""
  if (substr(text, length(name) + 1, 1) == "{") series = labels_of(substr(text, length(name) + 2))
  else label_names = ""
  amount = $0
  sub(/.*[}]/, "", amount)
  if (amount == $0) amount = substr($0, length(name) + 1)
  split(amount, parts, " ")
  if (ask == "series") print name (series == "" ? "" : "{" series "}") " " parts[1]
  if (ask == "labels" && name in WANTED && label_names != WANTED[name])
    once(name " has the labels " (label_names == "" ? "(none)" : label_names) " instead of " WANTED[name])
  if (name == "http_requests_total" && "route" in label) {
    route[label["route"]] = 1
    if (label["method"] == "GET") first[label["route"] SUBSEP label["code"]] = parts[1]
  }
  if (name ~ /^http_request/ && ask == "paths" && label["route"] ~ /^\/(healthz|readyz|metrics)/)
    once(name " has route=\"" label["route"] "\"")
  if (name == "http_request_duration_seconds_bucket") {
    le = label["le"]
    key = "method=\"" label["method"] "\",route=\"" label["route"] "\""
    bounds[key] = bounds[key] (bounds[key] == "" ? "" : " ") le
  }
}

END {
  if (ask == "names") {
    wanted = "http_requests_total http_request_duration_seconds_bucket http_request_duration_seconds_sum " \
      "http_request_duration_seconds_count http_requests_in_flight http_requests_queued app_build_info " \
      "process_cpu_seconds_total process_start_time_seconds" (linux ? " process_resident_memory_bytes process_open_fds" : "")
    count = split(wanted, list, " ")
    for (i = 1; i <= count; i++) if (!(list[i] in present)) missing = missing (missing == "" ? "" : ", ") list[i]
    if (missing != "") print "there is no " missing
  }
  if (ask == "buckets") {
    for (key in bounds) measured = 1
    if (!measured) print "http_request_duration_seconds has no buckets"
    for (key in bounds) if (bounds[key] != BOUNDS) once("the buckets are " bounds[key])
  }
  if (ask == "zero") {
    for (path in route) for (code = 200; code <= 500; code += 300) {
      key = path SUBSEP code
      what = "http_requests_total{method=\"GET\",route=\"" path "\",code=\"" code "\"}"
      if (!(key in first)) print "there is no " what
      else if (first[key] + 0 != 0) print what " is " first[key] " before the first request"
    }
  }
}
