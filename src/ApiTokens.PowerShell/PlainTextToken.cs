namespace ApiTokens.PowerShell;

/// <summary>
/// A token with its secret as plain text, as -AsPlainText returns it. The secret is a property of the type, so that ConvertTo-Json,
/// Export-Csv and Export-Clixml include it.
/// </summary>
public sealed class PlainTextToken : ApiToken
{
    internal PlainTextToken(ApiToken token, string secret)
        : base(token)
    {
        Secret = secret;
    }

    /// <summary>The value that authenticates. Only Devo shows it a second time.</summary>
    public string Secret { get; }

    /// <summary>Returns an issued token as the user asked for it: with a SecureString, or with plain text.</summary>
    internal static ApiToken ForOutput(IssuedToken token, bool asPlainText) =>
        asPlainText ? new PlainTextToken(token, SecretText.ToPlainText(token.GetSecret())) : token;
}
