namespace ApiTokens;

/// <summary>A property that a caller sets on a request, on options or on a connection. A front end may use another name for it.</summary>
/// <param name="Name">The name of the property.</param>
public sealed record Field(string Name)
{
    /// <summary>Access levels by API.</summary>
    public static Field Access { get; } = new(nameof(Access));

    /// <summary>The account of a connection.</summary>
    public static Field Account { get; } = new(nameof(Account));

    /// <summary>The time after which a token is removed.</summary>
    public static Field After { get; } = new(nameof(After));

    /// <summary>Counts a token that is due and that the service does not know as retired.</summary>
    public static Field AllowMissing { get; } = new(nameof(AllowMissing));

    /// <summary>Allows changes to the token that the connection itself uses.</summary>
    public static Field AllowOwnToken { get; } = new(nameof(AllowOwnToken));

    /// <summary>One access level for every API.</summary>
    public static Field ApplyToAll { get; } = new(nameof(ApplyToAll));

    /// <summary>The APIs that accept a token.</summary>
    public static Field Audience { get; } = new(nameof(Audience));

    /// <summary>The address of a service.</summary>
    public static Field BaseUri { get; } = new(nameof(BaseUri));

    /// <summary>User name and password.</summary>
    public static Field Credential { get; } = new(nameof(Credential));

    /// <summary>The description of a token.</summary>
    public static Field Description { get; } = new(nameof(Description));

    /// <summary>The lifetime of a token in calendar months.</summary>
    public static Field ExpirationMonths { get; } = new(nameof(ExpirationMonths));

    /// <summary>Replaces the secret of a token in place.</summary>
    public static Field InPlace { get; } = new(nameof(InPlace));

    /// <summary>The journal of a run.</summary>
    public static Field JournalPath { get; } = new(nameof(JournalPath));

    /// <summary>The maximum number of tokens that a search reads one by one.</summary>
    public static Field MaximumReads { get; } = new(nameof(MaximumReads));

    /// <summary>Issues a token that never expires.</summary>
    public static Field NeverExpires { get; } = new(nameof(NeverExpires));

    /// <summary>Keeps an existing file.</summary>
    public static Field NoClobber { get; } = new(nameof(NoClobber));

    /// <summary>Uses no proxy.</summary>
    public static Field NoProxy { get; } = new(nameof(NoProxy));

    /// <summary>Replaces a read-only file.</summary>
    public static Field Overwrite { get; } = new(nameof(Overwrite));

    /// <summary>Sends a leaked secret to the service.</summary>
    public static Field Probe { get; } = new(nameof(Probe));

    /// <summary>The address of a proxy.</summary>
    public static Field Proxy { get; } = new(nameof(Proxy));

    /// <summary>User name and password for a proxy.</summary>
    public static Field ProxyCredential { get; } = new(nameof(ProxyCredential));

    /// <summary>The region of a service.</summary>
    public static Field Region { get; } = new(nameof(Region));

    /// <summary>A role.</summary>
    public static Field Role { get; } = new(nameof(Role));

    /// <summary>Scopes, or tables and levels.</summary>
    public static Field Scope { get; } = new(nameof(Scope));

    /// <summary>Retires an old token although the new secret was not verified.</summary>
    public static Field SkipProof { get; } = new(nameof(SkipProof));

    /// <summary>The timeout of a request.</summary>
    public static Field Timeout { get; } = new(nameof(Timeout));

    /// <summary>The secret of a token that may manage tokens.</summary>
    public static Field Token { get; } = new(nameof(Token));

    /// <summary>The maximum number of tokens of an account.</summary>
    public static Field TokenLimit { get; } = new(nameof(TokenLimit));

    /// <summary>The minimum time since a token was last used.</summary>
    public static Field UnusedFor { get; } = new(nameof(UnusedFor));

    /// <inheritdoc/>
    public override string ToString() => Name;
}
