namespace ApiTokens;

/// <summary>A token exists, or may exist, whose secret nobody has: it works for whoever finds a use for it, and for nobody else.</summary>
public sealed class OrphanedTokenException : ApiTokenException
{
    /// <summary>Reports an orphan.</summary>
    /// <param name="token">The token.</param>
    /// <param name="message">How it came about.</param>
    /// <param name="inner">The failure that left it.</param>
    /// <param name="removed">Whether it was removed.</param>
    public OrphanedTokenException(ApiToken token, string message, Exception? inner, bool removed = false)
        : base(
            (inner as ApiTokenException)?.Kind ?? ErrorKind.InvalidResult,
            SecretText.Mask(message),
            removed ? "Issue the token again." : Advise(token),
            ErrorIds.OrphanedToken,
            inner)
    {
        Token = token;
        OutcomeUnknown = !removed;
    }

    /// <summary>The token.</summary>
    public ApiToken Token { get; }

    private static Advice Advise(ApiToken token) => $"Its secret is lost. Remove it: {SuggestedCommand.Remove(token)}";
}
