# What a release's history means: `helm history --output json`, oldest first.

# "Rollback to 5" as the description of revision 8 says two things: 8 is 5 again, and what came between them was bad.
def goes_back_to: (.description // "") | capture("^Rollback to (?<to>[0-9]+)$") | .to | tonumber;
def origin($all; $n): [$all[] | select(.revision == $n) | goes_back_to][0] as $to
  | if $to == null then $n else origin($all; $to) end;
def is_bad($all; $n): any($all[] | {revision, to: goes_back_to}; .to < $n and $n < .revision);

def good: . as $all | [.[] | select(.status == "deployed" or .status == "superseded") | .revision
  | select(origin($all; .) == . and (is_bad($all; .) | not))];
def deployed: [.[] | select(.status == "deployed") | .revision] | max;

def serving: deployed // (good | max);
def previous_good: . as $all | deployed as $now
  | good - [$now | values]
  | map(select($now == null or . < origin($all; $now))) | max;
