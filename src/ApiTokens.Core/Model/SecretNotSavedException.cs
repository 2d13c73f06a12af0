namespace ApiTokens;

/// <summary>A token was issued and its secret could not be put where it was to go. The secret is not lost: the token here has it.</summary>
public sealed class SecretNotSavedException : ApiTokenException
{
    /// <summary>Reports a secret that is still in hand.</summary>
    /// <param name="token">The token with its secret.</param>
    /// <param name="message">What happened; without the secret.</param>
    /// <param name="advice">What to do.</param>
    /// <param name="inner">The cause; its text must have no secret.</param>
    public SecretNotSavedException(IssuedToken token, string message, Advice advice, Exception? inner = null)
        : base(ErrorKind.InvalidOperation, message, advice, ErrorIds.SecretNotSaved, inner)
    {
        Token = token;
    }

    /// <summary>The token with its secret.</summary>
    public IssuedToken Token { get; }
}
