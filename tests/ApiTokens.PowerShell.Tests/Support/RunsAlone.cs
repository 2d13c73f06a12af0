namespace ApiTokens.PowerShell.Tests.Support;

/// <summary>The collection of tests that measure a rate: they run one after the other, and no other test runs meanwhile.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class RunsAlone
{
    public const string Name = "Runs alone";
}
