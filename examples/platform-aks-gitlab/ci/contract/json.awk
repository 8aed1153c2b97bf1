# Each line is one JSON value: prints "path<tab>value" of every leaf, or "!<tab>the line" if it is not JSON. A text keeps its
# escapes. With -v mark=1 the number of the line comes first.

function space() { if (match(text, /^[ \t\r]+/)) text = substr(text, RLENGTH + 1) }

# Take what the pattern finds at the beginning; false if it finds nothing.
function take(pattern) {
  space()
  if (!match(text, "^" pattern)) return 0
  token = substr(text, 1, RLENGTH)
  text = substr(text, RLENGTH + 1)
  return 1
}

function leaf(path, value) { leaves = leaves (mark ? FNR "\t" : "") path "\t" value "\n" }

function members(path,    name) {
  if (take("}")) return 1
  do {
    if (!take(STRING)) return 0
    name = substr(token, 2, length(token) - 2)
    if (!take(":") || !value(path == "" ? name : path "." name)) return 0
  } while (take(","))
  return take("}")
}

function elements(path,    position) {
  if (take("\\]")) return 1
  do { if (!value(path "." position++)) return 0 } while (take(","))
  return take("\\]")
}

function value(path) {
  if (take("{")) return members(path)
  if (take("\\[")) return elements(path)
  if (take(STRING)) leaf(path, substr(token, 2, length(token) - 2))
  else if (take("-?[0-9]+(\\.[0-9]+)?([eE][-+]?[0-9]+)?") || take("(true|false|null)")) leaf(path, token)
  else return 0
  return 1
}

BEGIN { STRING = "\"([^\"\\\\]|\\\\.)*\"" }

{
  text = $0
  leaves = ""
  if (value("") && text ~ /^[ \t\r]*$/) printf "%s", leaves
  else print (mark ? FNR "\t" : "") "!\t" $0
}
