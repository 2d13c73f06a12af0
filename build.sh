#!/usr/bin/env bash
# build | test | coverage | analyze | help | demo | package | bench | soak | mutate
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
exec dotnet run --project build/ApiTokens.Build.csproj --verbosity quiet -- "$@"
