namespace ApiTokens;

/// <summary>Something that a caller sets: a property of a request, of options, or of a connection. A front end may call it otherwise.</summary>
/// <param name="Name">The property's name.</param>
public sealed record Field(string Name)
{
    /// <summary>Access levels by API.</summary>
    public static Field Access { get; } = new(nameof(Access));

    /// <summary>Permission to change the token that the connection itself uses.</summary>
    public static Field AllowOwnToken { get; } = new(nameof(AllowOwnToken));

    /// <summary>One access level for every API.</summary>
    public static Field ApplyToAll { get; } = new(nameof(ApplyToAll));

    /// <summary>The APIs that accept a token.</summary>
    public static Field Audience { get; } = new(nameof(Audience));

    /// <summary>The address of a service.</summary>
    public static Field BaseUri { get; } = new(nameof(BaseUri));

    /// <summary>User name and password.</summary>
    public static Field Credential { get; } = new(nameof(Credential));

    /// <summary>A longer description.</summary>
    public static Field Description { get; } = new(nameof(Description));

    /// <summary>How many calendar months a token lives.</summary>
    public static Field ExpirationMonths { get; } = new(nameof(ExpirationMonths));

    /// <summary>Changes a secret in place.</summary>
    public static Field InPlace { get; } = new(nameof(InPlace));

    /// <summary>The most tokens to read one by one in a search.</summary>
    public static Field MaximumReads { get; } = new(nameof(MaximumReads));

    /// <summary>A token that does not expire.</summary>
    public static Field NeverExpires { get; } = new(nameof(NeverExpires));

    /// <summary>Keeps an existing file.</summary>
    public static Field NoClobber { get; } = new(nameof(NoClobber));

    /// <summary>Replaces a read-only file.</summary>
    public static Field Overwrite { get; } = new(nameof(Overwrite));

    /// <summary>Sends a leaked secret to the service.</summary>
    public static Field Probe { get; } = new(nameof(Probe));

    /// <summary>The region of a service.</summary>
    public static Field Region { get; } = new(nameof(Region));

    /// <summary>A role.</summary>
    public static Field Role { get; } = new(nameof(Role));

    /// <summary>Scopes, or tables and levels.</summary>
    public static Field Scope { get; } = new(nameof(Scope));

    /// <summary>How long a request may take.</summary>
    public static Field Timeout { get; } = new(nameof(Timeout));

    /// <summary>The secret of a token that may manage tokens.</summary>
    public static Field Token { get; } = new(nameof(Token));

    /// <summary>The most tokens that an account may have.</summary>
    public static Field TokenLimit { get; } = new(nameof(TokenLimit));

    /// <summary>How long a token was not used.</summary>
    public static Field UnusedFor { get; } = new(nameof(UnusedFor));

    /// <inheritdoc/>
    public override string ToString() => Name;
}
