#!/usr/bin/env bash
# Open Grafana of one environment in the browser of this computer: links of alerts lead to http://localhost:3000 and work until Ctrl-C.
# No port of the machine is open; the way there is a tunnel of the cloud, for those whom the cloud lets in.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/prelude.sh
source ci/cloud.sh
source ci/watch.sh
need ENVIRONMENT
say "http://localhost:3000 leads to Grafana of $ENVIRONMENT as long as this runs; Ctrl-C ends it"
tunnel "$(monitoring_name)" 3000
