namespace ApiTokens.Core.Tests.Hostile;

/// <summary>Tests that measure the memory of the process. No other test runs at the same time.</summary>
[CollectionDefinition(nameof(HostileServerTests), DisableParallelization = true)]
public sealed class MemoryTests;
