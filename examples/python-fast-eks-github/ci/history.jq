# Meaning of a release's history: `helm history --output json`, oldest first, with the marks of ci/release.sh.

# "2=2 3=2": the number of each revision that has the label `given-up`, and what the label holds. Helm hands the labels of a
# revision on to the next one, so the label means the revision whose own number it holds.
def with_marks($labels): [$labels | scan("([0-9]+)=([0-9]+)") | select(.[0] == .[1]) | .[0] | tonumber] as $marked
  | map(.revision as $number | if $marked | index($number) then .given_up = true else . end);

# "Rollback to 5" as the description of revision 8 means two things: 8 is 5 again, and what came between them was bad.
def goes_back_to: (.description // "") | capture("^Rollback to (?<to>[0-9]+)$") | .to | tonumber;
def origin($all; $n): [$all[] | select(.revision == $n) | goes_back_to][0] as $to
  | if $to == null then $n else origin($all; $to) end;

# Helm writes why a revision failed over its description, and a rollback that fails can leave what it was to replace
# "deployed", or make a failed one "superseded": here the words count, not the status.
def failed_rollback: (.description // "") | test("^(Rollback|Release) \"[^\"]*\" failed: ");
def failed: (.description // "") | test("^(Install|Upgrade|Rollback|Release) \"[^\"]*\" failed: ");

# A revision that was given up stays bad also when it is installed again.
def given_up($all; $n): origin($all; $n) as $first
  | any($all[] | select(.revision == $n or .revision == $first); .given_up // false);

# The target of a rollback that failed is lost. That it was tried proves that the revision before it was bad. If it ended
# before a revision was written, or is written down as an upgrade, the mark has it.
def is_bad($all; $n): any($all[] | {revision, to: goes_back_to}; .to < $n and $n < .revision)
  or any($all[] | select(.revision == $n); failed)
  or any($all[] | select(failed_rollback); .revision == $n + 1)
  or given_up($all; $n);

def good: . as $all | [.[] | select(.status == "deployed" or .status == "superseded") | .revision
  | select(origin($all; .) == . and (is_bad($all; .) | not))];
def deployed: . as $all | [.[] | select(.status == "deployed") | .revision | select(is_bad($all; .) | not)] | max;

def serving: deployed // (good | max);
def previous_good: . as $all | deployed as $now
  | good - [$now | values]
  | map(select($now == null or . < origin($all; $now))) | max;

# If no good revision is left: the one that the cluster got last.
def standing: serving
  // ([.[] | select((.status == "deployed" or .status == "superseded") and (failed | not)) | .revision] | max);

# Revisions that a rollback to $to gives up, and those that it takes back because they run again.
def left_for($to): . as $all | .[].revision | select(. > $to and (is_bad($all; .) | not));
def taken_back($to): . as $all | origin($all; $to) as $first
  | .[] | select((.revision == $to or .revision == $first) and (.given_up // false)) | .revision;

# How long the last revision has been pending, in seconds: null when it is not, and infinite when the start is unknown.
def seconds_since: capture("^(?<day>[0-9-]{10})T(?<time>[0-9:]{8})(\\.[0-9]+)?(?<zone>Z|[+-][0-9]{2}:[0-9]{2})$")
  | (.zone | if . == "Z" then 0 else ((.[1:3] | tonumber) * 60 + (.[4:6] | tonumber)) * 60 end) as $offset
  | (now - ("\(.day)T\(.time)Z" | fromdateiso8601) + (if .zone[:1] == "-" then -$offset else $offset end)) | floor;
def pending: max_by(.revision)
  | if (.status // "") | startswith("pending-") then [.updated // "" | seconds_since][0] // infinite else null end;

# Helm's --timeout, "10m" or "1h30m", in seconds.
def seconds: [scan("([0-9.]+)(ms|h|m|s)") | (.[0] | tonumber) * {h: 3600, m: 60, s: 1, ms: 0.001}[.[1]]] | add // 0;
