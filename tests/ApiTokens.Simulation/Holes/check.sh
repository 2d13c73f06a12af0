#!/usr/bin/env bash
# Puts each defect of this folder back into a copy of the repository, and checks that the simulator finds it.
# The first line of a patch names the invariant that the defect violates. Usage: [COUNT=200000] check.sh [patch...]
set -euo pipefail
holes=$(cd "$(dirname "$0")" && pwd)
root=$(git -C "$holes" rev-parse --show-toplevel)
count=${COUNT:-200000}
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git -C "$root" ls-files -z | tar -C "$root" --null -T - -c | tar -x -C "$copy"
[ $# -gt 0 ] || set -- "$holes"/*.patch
missed=0
for file in "$@"; do
    name=$(basename "$file" .patch)
    invariant=$(sed -n 's/^Invariant: //p;q' "$file")
    git -C "$copy" apply "$(realpath "$file")"
    dotnet build "$copy/tests/ApiTokens.Simulation" -c Release -v q --nologo -p:RunAnalyzers=false \
        > "$copy/build.txt" || { cat "$copy/build.txt"; exit 1; }
    if dotnet "$copy/tests/ApiTokens.Simulation/bin/Release/net10.0/ApiTokens.Simulation.dll" \
        --count "$count" --explain 0 --first --only "$invariant" > "$copy/run.txt"; then
        echo "MISSED $name: $invariant, $count simulations"
        missed=1
    elif ! grep -q "^$invariant" "$copy/run.txt"; then
        cat "$copy/run.txt"
        exit 1
    else
        found=$(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed.*/\1 + \2/p' "$copy/run.txt")
        echo "found  $name: $(sed -n 's/^\(I[^:]*\): .*/\1/p;q' "$copy/run.txt"), $((found)) simulations"
    fi
    git -C "$copy" apply -R "$(realpath "$file")"
done
exit $missed
