#!/usr/bin/env bash
# Lints the contracts with buf, from npm: `scripts/buf.sh`. With an image of the last release
# (`buf build proto -o image.binpb`) it looks for breaking changes too: `scripts/buf.sh image.binpb`.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ -z "${BUF:-}" ]; then buf() { npx --yes @bufbuild/buf@1.75.0 "$@"; }; else buf() { "$BUF" "$@"; }; fi
buf lint proto
if [ $# -gt 0 ]; then buf breaking proto --against "$1"; fi
