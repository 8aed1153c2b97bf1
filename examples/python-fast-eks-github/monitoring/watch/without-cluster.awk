# The dashboard without the panels that ask what only Kubernetes knows: on this machine they would be empty for ever. A panel is
# what stands between two braces that are indented by four blanks.

inside && /^  \]/ {
  printf "%s%s", kept, kept == "" ? "" : "\n"
  inside = 0
}
!inside {
  print
  if ($0 ~ /^  "panels": \[ *$/) inside = 1
  next
}
{
  panel = panel (panel == "" ? "" : "\n") $0
  if ($0 ~ /^    (\{.*)?\},?$/) {
    sub(/,$/, "", panel)
    if (panel !~ /kube_[a-z]|container_[a-z]/) kept = kept (kept == "" ? "" : ",\n") panel
    panel = ""
  }
}
