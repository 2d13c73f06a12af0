namespace ApiTokens.Leaks;

/// <summary>A leaked secret for which no token was found.</summary>
public sealed class SecretNotAttributedException : ApiTokenException
{
    internal SecretNotAttributedException(string message, Advice advice, IReadOnlyList<string> tokenIds, bool isRefused)
        : base(ErrorKind.ObjectNotFound, message, advice, ErrorIds.SecretNotAttributed)
    {
        TokenIds = tokenIds;
        IsRefused = isRefused;
    }

    /// <summary>The ids of tokens that the secret contains, which nothing proves. A journal may tell that it was removed.</summary>
    public IReadOnlyList<string> TokenIds { get; }

    /// <summary>Whether the services that were asked refused the secret (401), so that it does not work.</summary>
    public bool IsRefused { get; }
}
