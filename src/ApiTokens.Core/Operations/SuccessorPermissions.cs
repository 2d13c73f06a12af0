using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <summary>Permissions of a new token that differ from those of the token that it replaces. Null keeps the old ones.</summary>
public sealed record SuccessorPermissions
{
    /// <summary>WEGnology: a preset or scope values. Devo: table and level URIs.</summary>
    public IReadOnlyList<string>? Scope { get; init; }

    /// <summary>Devo: the APIs that accept the token.</summary>
    public IReadOnlyList<string>? Audience { get; init; }

    /// <summary>Gcore: the role, by name or id. Losant: the maximum role of a user's token.</summary>
    public string? Role { get; init; }

    /// <summary>Application Users: the access level by API; other APIs keep theirs, or get <see cref="ApplyToAll"/>.</summary>
    public IReadOnlyDictionary<string, AccessLevel>? Access { get; init; }

    /// <summary>Application Users: the access level for every API. <see cref="Access"/> overrides it for single APIs.</summary>
    public AccessLevel? ApplyToAll { get; init; }

    /// <summary>The fields that have a value.</summary>
    internal IReadOnlyList<NewTokenFields> Fields =>
    [
        .. (Scope is null ? [] : new[] { NewTokenFields.Scope }),
        .. (Audience is null ? [] : new[] { NewTokenFields.Audience }),
        .. (Role is null ? [] : new[] { NewTokenFields.Role }),
        .. (Access is null ? [] : new[] { NewTokenFields.Access }),
        .. (ApplyToAll is null ? [] : new[] { NewTokenFields.ApplyToAll }),
    ];

    /// <summary>Throws if a service does not have one of the fields. Sends nothing.</summary>
    /// <exception cref="ApiTokenException">The error names the field.</exception>
    internal void Validate(ServiceCapabilities capabilities)
    {
        foreach (NewTokenFields field in Fields)
        {
            capabilities.RequireField(field);
        }
    }

    /// <summary>Returns the request for a new token with these permissions instead of its own.</summary>
    internal NewTokenRequest Apply(NewTokenRequest request) => new()
    {
        Name = request.Name,
        Description = request.Description,
        Expiry = request.Expiry,
        User = request.User,
        Scope = Scope ?? request.Scope,
        Audience = Audience ?? request.Audience,
        Role = Role ?? request.Role,
        Access = Merge(ApplyToAll is null ? request.Access : new Dictionary<string, AccessLevel>()),
        ApplyToAll = ApplyToAll,

        // What a user specified is validated against the catalogue.
        HasKnownPermissions = Scope is null,
    };

    private Dictionary<string, AccessLevel> Merge(IReadOnlyDictionary<string, AccessLevel> old)
    {
        var merged = old.ToDictionary(entry => entry.Key, entry => entry.Value);
        foreach (KeyValuePair<string, AccessLevel> entry in Access ?? new Dictionary<string, AccessLevel>())
        {
            merged[entry.Key] = entry.Value;
        }

        return merged;
    }
}
