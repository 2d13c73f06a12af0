using ApiTokens.Services;

namespace ApiTokens.Leaks;

/// <summary>An event of a search.</summary>
/// <param name="Connection">The connection that is searched.</param>
public sealed record SearchEvent(TokenConnection Connection)
{
    /// <summary>The token that was found, if any.</summary>
    public FoundToken? Found { get; init; }

    /// <summary>The error that ended the search of the connection, if any.</summary>
    public ApiTokenException? Error { get; init; }

    /// <summary>The number of tokens read so far.</summary>
    public int Read { get; init; }

    /// <summary>The number of tokens to read.</summary>
    public int Total { get; init; }
}
