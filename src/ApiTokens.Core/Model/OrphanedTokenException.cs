namespace ApiTokens;

/// <summary>A token exists, or may exist, but its secret is not known to anyone.</summary>
public sealed class OrphanedTokenException : ApiTokenException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="token">The token.</param>
    /// <param name="message">The reason.</param>
    /// <param name="inner">The cause.</param>
    /// <param name="removed">Whether the token was removed.</param>
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

    private static Advice Advise(ApiToken token) =>
        $"The secret of the token is lost. Remove the token: {SuggestedCommand.Remove(token)}";
}
