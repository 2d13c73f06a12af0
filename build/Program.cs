using ApiTokens.Build;

// The commands of build.sh and build.ps1.
Dictionary<string, Func<string[], int>> verbs = new(StringComparer.OrdinalIgnoreCase)
{
    ["build"] = _ => Staging.Build(),
    ["test"] = Testing.Run,
    ["analyze"] = _ => Analysis.Run(),
    ["demo"] = _ => Demo.Run(),
    ["help"] = _ => Help.Run(),
    ["package"] = _ => Packaging.Run(),
    ["bench"] = Benchmarks.Run,
    ["coverage"] = _ => Coverage.Run(),
    ["soak"] = Soaking.Run,
    ["script"] = HostedEngine.Run,
    ["mutate"] = Mutating.Run,
};

if (args.Length == 0 || !verbs.TryGetValue(args[0], out Func<string[], int>? verb))
{
    Console.Error.WriteLine($"Usage: build {string.Join('|', verbs.Keys)}");
    return 2;
}

try
{
    return verb(args[1..]);
}
catch (CommandFailedException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
