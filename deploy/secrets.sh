#!/usr/bin/env bash
# Makes the secrets that compose.yaml reads, once: a password and the URLs of the databases.
set -euo pipefail
umask 077
cd "$(dirname "$0")"
mkdir -p secrets
[ -e secrets/postgres_password ] && { echo "secrets/ is there already: nothing done" >&2; exit 1; }
head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n' > secrets/postgres_password
password=$(cat secrets/postgres_password)
for service in registry cases evaluation reporting gateway; do
  printf 'postgres://hoagiai:%s@postgres/hoagiai_%s' "$password" "$service" > "secrets/${service}_database_url"
done
echo "made secrets/"
