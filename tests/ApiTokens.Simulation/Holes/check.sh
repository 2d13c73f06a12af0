#!/usr/bin/env bash
# Puts each defect of this folder back into a copy of the repository, and checks that the simulator finds it.
# The first line of a patch names the invariant that the defect violates. Usage: check.sh [patch...]
set -euo pipefail
holes=$(cd "$(dirname "$0")" && pwd)
root=$(git -C "$holes" rev-parse --show-toplevel)
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git -C "$root" archive HEAD | tar -x -C "$copy"
missed=0
for patch in "${@:-$holes/*.patch}"; do
    for file in $patch; do
        invariant=$(sed -n 's/^Invariant: //p;q' "$file")
        patch -d "$copy" -p1 -s --no-backup-if-mismatch < "$file"
        dotnet build "$copy/tests/ApiTokens.Simulation" -c Release -v q --nologo > "$copy/build.txt" || { cat "$copy/build.txt"; exit 1; }
        if dotnet "$copy/tests/ApiTokens.Simulation/bin/Release/net10.0/ApiTokens.Simulation.dll" \
            --count "${COUNT:-20000}" --processes 2 --explain 0 --only "$invariant" > "$copy/run.txt"; then
            echo "MISSED: $(basename "$file") did not violate $invariant"
            missed=1
        else
            echo "found: $(basename "$file"): $(grep -m 1 "^$invariant: " "$copy/run.txt")"
        fi
        patch -d "$copy" -p1 -s -R --no-backup-if-mismatch < "$file"
    done
done
exit $missed
