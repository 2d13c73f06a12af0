using System.Runtime.CompilerServices;
using ApiTokens.Services;

namespace ApiTokens.Leaks;

/// <summary>A possible secret, and what the search knows about it so far.</summary>
internal sealed record LeakCandidate(LeakedSecret Leaked, int Length, IReadOnlyList<ServiceDefinition> Services)
{
    public bool IsFound { get; set; }

    public List<string> SearchedConnections { get; } = [];

    public List<TokenConnection> OwnOf { get; } = [];

    public List<string> Notes { get; } = [];

    // Compare by reference: two candidates with equal values are different.
    public bool Equals(LeakCandidate? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => RuntimeHelpers.GetHashCode(this);
}
