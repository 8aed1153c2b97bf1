# The list `secrets` of values.yaml: with -v field=name the files, with -v field=key their names in the store.
function entry() {
  if (name != "") print field == "key" && key != "" ? key : name
  name = key = ""
}

/^secrets:/ { inside = 1 }
inside && /^[A-Za-z]/ && !/^secrets:/ { exit }
inside {
  sub(/(^|[ \t])#.*/, "")
  gsub(/[{]/, " - ")
  gsub(/[][},"\047]/, " ")
  for (i = 1; i <= NF; i++) {
    if ($i == "-") entry()
    if ($i == "name:") name = $(i + 1)
    if ($i == "key:") key = $(i + 1)
  }
}
END { entry() }
