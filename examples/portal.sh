#!/usr/bin/env bash
# A portal over REST with curl and jq: asks, pages, writes once, reads what was refused.
#
# HOAGIAI_API is the address (http://127.0.0.1:8080 if unset), HOAGIAI_TOKEN a token of the chair of a commune, the
# argument the commune's code: `examples/portal.sh 00004`.
set -euo pipefail

api=${HOAGIAI_API:-http://127.0.0.1:8080}
code=$1
day=2025-07-01

# The token goes in by a file of its own: on the command line everybody on the machine could read it.
call() {
  curl --silent --show-error --retry 4 --max-time 30 --header @<(printf 'authorization: Bearer %s' "$HOAGIAI_TOKEN") "$@"
}

get() {
  local path=$1 parameter parameters=()
  shift
  for parameter; do parameters+=(--data-urlencode "$parameter"); done
  call --get "${parameters[@]}" "$api$path"
}

# A field of the unit that had the code on the day: a code means nothing without one.
unit() { get /v1/units:find "code=$code" "validAt=$day" | jq --raw-output ".unit.$1"; }

# Every team of an area, page after page, a JSON a line.
teams() {
  local page='' answer
  while
    answer=$(get /v1/teams "unitId=$1" pageSize=20 "pageToken=$page")
    jq --compact-output '.teams[]' <<<"$answer"
    page=$(jq --raw-output .nextPageToken <<<"$answer")
    [ -n "$page" ]
  do :; done
}

# plan COMMUNE AREA SIZE KEY: a second team in an area, with the reason that such an exception needs.
plan() {
  jq --null-input --arg area "$2" --argjson size "$3" '{
    decision: {number: "12/QĐ-UBND", issueDate: {year: 2025, month: 9, day: 3}, issuer: "Chủ tịch UBND"},
    plans: [{areaUnitId: $area, displayName: "Tổ hòa giải mẫu", targetSize: $size, exceptionReason: "Khu tập thể đông hộ"}]
  }' | call --header "content-type: application/json" --header "idempotency-key: $4" --data @- "$api/v1/communes/$1/teams:plan"
}

key() { cat /proc/sys/kernel/random/uuid; }

echo "$code on $day: $(unit displayName)"
commune=$(unit unitId)
found=$(teams "$commune")
echo "teams: $(wc -l <<<"$found")"
area=$(jq --raw-output --slurp '.[0].areaUnitId' <<<"$found")

plan "$commune" "$area" 2 "$(key)" | jq --raw-output '
  def detail(name): .details[] | select(."@type" | endswith(name));
  "refused: \(detail("ErrorInfo").reason) \([detail("BadRequest").fieldViolations[].field] | join(" "))"'

# The key is made once, kept with the form that is sent, and sent again whenever no answer came.
once=$(key)
planned=$(plan "$commune" "$area" 5 "$once")
jq --raw-output '.teams[0] | "planned: \(.displayName), \(.state)"' <<<"$planned"
again=$(plan "$commune" "$area" 5 "$once")
if [ "$(jq .teams[0].teamId <<<"$again")" = "$(jq .teams[0].teamId <<<"$planned")" ]; then
  echo "again: the same team"
else
  echo "again: another team"
fi
