#!/usr/bin/env bash
# build | test | demo | bench
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
exec dotnet run --project build/ApiTokens.Build.csproj --verbosity quiet -- "$@"
