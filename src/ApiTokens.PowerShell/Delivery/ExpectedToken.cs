namespace ApiTokens.PowerShell.Delivery;

/// <summary>
/// A token before it is issued, for script blocks of the user. It records whether a value was read that only the service knows.
/// </summary>
/// <param name="known">The values that are known.</param>
internal sealed class ExpectedToken(ApiToken known) : ApiToken
{
    /// <summary>Whether a value was read that is known only after the token is issued.</summary>
    internal bool IsUnknownRead { get; private set; }

    public new string Connection => known.Connection;

    public new string Service => known.Service;

    public new string Account => Known(known.Account);

    public new Uri? BaseUri => Known(known.BaseUri);

    public new string Name => Known(known.Name);

    public new string? Description => Known(known.Description);

    public new string Id => Unknown(string.Empty);

    public new TokenStatus Status => Unknown(default(TokenStatus));

    // A user can be specified by name, and a service returns the id.
    public new string? Owner => Unknown<string?>(null);

    public new string? Issuer => Unknown<string?>(null);

    public new IssuerKind? IssuerKind => Unknown<IssuerKind?>(null);

    public new string? IssuerId => Unknown<string?>(null);

    // The names of scopes and roles can be short forms of what a service returns.
    public new string[] Scope => Unknown<string[]>([]);

    public new string[] Audience => Unknown<string[]>([]);

    public new string? Role => Unknown<string?>(null);

    public new IReadOnlyDictionary<string, AccessLevel>? Access => Unknown<IReadOnlyDictionary<string, AccessLevel>?>(null);

    public new DateTimeOffset? CreatedAt => Unknown<DateTimeOffset?>(null);

    public new DateTimeOffset? UpdatedAt => Unknown<DateTimeOffset?>(null);

    public new DateTimeOffset? ExpiresAt => Unknown<DateTimeOffset?>(null);

    public new DateTimeOffset? LastUsedAt => Unknown<DateTimeOffset?>(null);

    public new DateTimeOffset? RevokedAt => Unknown<DateTimeOffset?>(null);

    public new TimeSpan? Lifetime => Unknown<TimeSpan?>(null);

    /// <summary>Returns the name. The text of an issued token also has its id.</summary>
    /// <returns>The name.</returns>
    public override string ToString() => Unknown(known.ToString());

    // The service chooses a value that was not specified.
    private T Known<T>(T value) => value is null or "" ? Unknown(value) : value;

    private T Unknown<T>(T value)
    {
        IsUnknownRead = true;
        return value;
    }
}
