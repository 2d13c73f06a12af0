using ApiTokens.Sandbox.Storage;

namespace ApiTokens.Sandbox.Emulators.Wegnology;

/// <summary>The stored token of a user, an application or an instance.</summary>
internal sealed record WegnologyToken : IStoredToken
{
    public const string Active = "active";

    public const string Inactive = "inactive";

    public required string Id { get; init; }

    public required Owner Owner { get; init; }

    public required Creator Creator { get; init; }

    public required string Name { get; init; }

    public string? Description { get; init; }

    public required DateTimeOffset Created { get; init; }

    public required DateTimeOffset Updated { get; init; }

    public DateTimeOffset? Expires { get; init; }

    public required IReadOnlyList<string> Scope { get; init; }

    public string Status { get; init; } = Active;

    /// <summary>The maximum role, which only Losant has.</summary>
    public string? DefaultRole { get; init; }

    /// <summary>The maximum roles in organizations, which only Losant has.</summary>
    public IReadOnlyList<OrganizationRole>? OrganizationRoles { get; init; }

    public byte[]? SecretHash { get; init; }

    public bool IsLive(DateTimeOffset now) => Status == Active && (Expires is null || Expires > now);
}

/// <summary>The owner that a token acts for.</summary>
internal sealed record Owner(string Type, string Id)
{
    public const string User = "user";

    public const string Application = "application";

    public const string Instance = "instance";
}

/// <summary>The creator of a token: a user who logged in, or another token.</summary>
internal sealed record Creator(string Type, string Id, string Name);
