namespace ApiTokens;

/// <summary>A token was issued, but its secret could not be saved. The secret is not lost: <see cref="Token"/> has it.</summary>
public sealed class SecretNotSavedException : ApiTokenException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="token">The token with its secret.</param>
    /// <param name="message">The message, without the secret.</param>
    /// <param name="advice">The recommended action.</param>
    /// <param name="inner">The cause. Its message must not contain the secret.</param>
    public SecretNotSavedException(IssuedToken token, string message, Advice advice, Exception? inner = null)
        : base(ErrorKind.InvalidOperation, message, advice, ErrorIds.SecretNotSaved, inner)
    {
        Token = token;
    }

    /// <summary>The token with its secret.</summary>
    public IssuedToken Token { get; }
}
