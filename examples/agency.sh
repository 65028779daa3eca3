#!/usr/bin/env bash
# An agency over REST with curl and jq: signs in, asks the directory, subscribes, reads the ledger.
#
# HOAGIAI_API is the address (http://127.0.0.1:8080 if unset), HOAGIAI_SANDBOX the file sandbox.json of `hoagiai sandbox
# --webhook 127.0.0.1:9090`, the argument where events go: `examples/agency.sh 127.0.0.1:9090`.
set -euo pipefail

api=${HOAGIAI_API:-http://127.0.0.1:8080}
agency() { jq --raw-output ".[0].$1" "$HOAGIAI_SANDBOX"; }

# Secrets go in by files of their own: on the command line everybody on the machine could read them.
token=$(curl --silent --show-error --fail --max-time 30 --config <(printf 'user = "%s:%s"' "$(agency client_id)" "$(agency client_secret)") \
  --data grant_type=client_credentials "$api/oauth/token" | jq --raw-output .access_token)

call() {
  curl --silent --show-error --fail-with-body --max-time 30 --header @<(printf 'authorization: Bearer %s' "$token") \
    --header "x-purpose: Th%E1%BB%AD%20nghi%E1%BB%87m" --header "content-type: application/json" "$@"
}

found=$(call "$api/v1/units/$(agency area_unit_id)/directory?pageSize=1")
jq --raw-output '"directory: \(.entries | length) entry, \(if .nextPageToken == "" then "no more" else "more" end)"' <<<"$found"
person=$(jq --raw-output '.entries[0].mediatorId' <<<"$found")
call "$api/v1/directory/$person" |
  jq --raw-output '.entry | "entry: \(if .fullName == "" then "unnamed" else "named" end), \(if .teamDisplayName == "" then "False" else "True" end)"'

wanted=$(jq --null-input --arg endpoint "http://$1/events" '{eventKinds: ["registry.*"], endpoint: $endpoint}')
made=$(call --data "$wanted" "$api/v1/consumers/$(agency consumer_id)/subscriptions")
subscription=$(jq --raw-output .subscription.subscriptionId <<<"$made")
jq --raw-output '"subscription: \(.subscription.state), key \(.subscription.publicKey[:5])"' <<<"$made"
call "$api/v1/subscriptions/$subscription/deliveries" | jq --raw-output '"ledger: \(.deliveries | length)"'
call --data '{}' "$api/v1/subscriptions/$subscription:end" | jq --raw-output '"subscription: \(.subscription.state)"'
