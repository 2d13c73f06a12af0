# build | test | coverage | analyze | help | demo | package | bench | soak | mutate
param([Parameter(ValueFromRemainingArguments)] [string[]] $Arguments)
Push-Location $PSScriptRoot
try {
    dotnet run --project build/ApiTokens.Build.csproj --verbosity quiet -- @Arguments
}
finally {
    Pop-Location
}
exit $LASTEXITCODE
