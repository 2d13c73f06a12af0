namespace ApiTokens;

/// <summary>A token exists, or may exist, but its secret is not known to anyone.</summary>
public sealed class OrphanedTokenException : ApiTokenException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="token">The token.</param>
    /// <param name="message">The reason.</param>
    /// <param name="inner">The cause.</param>
    /// <param name="removed">Whether the token was removed.</param>
    /// <param name="advice">The recommended action; by default, to remove the token, or to issue it again if it was removed.</param>
    public OrphanedTokenException(ApiToken token, string message, Exception? inner, bool removed = false, Advice? advice = null)
        : base(
            (inner as ApiTokenException)?.Kind ?? ErrorKind.InvalidResult,
            message,
            advice ?? (removed ? "Issue the token again." : Advise(token)),
            ErrorIds.OrphanedToken,
            inner)
    {
        Token = token;
        OutcomeUnknown = !removed;
    }

    /// <summary>The token.</summary>
    public ApiToken Token { get; }

    private static Advice Advise(ApiToken token)
    {
        if (token.Id.Length == 0)
        {
            return $"Check whether the token exists, and remove it. Its secret is lost. To see the tokens: {SuggestedCommand.List}";
        }

        return $"The secret of the token is lost. Remove the token: {SuggestedCommand.Remove(token)}";
    }
}
