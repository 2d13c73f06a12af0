namespace ApiTokens.Services;

/// <summary>The fields of a <see cref="NewTokenRequest"/>, by the same names.</summary>
[Flags]
public enum NewTokenFields
{
    /// <summary>No field.</summary>
    None = 0,

    /// <summary><see cref="NewTokenRequest.Name"/>.</summary>
    Name = 1,

    /// <summary><see cref="NewTokenRequest.Description"/>.</summary>
    Description = 2,

    /// <summary><see cref="NewTokenRequest.Expiry"/>.</summary>
    Expiry = 4,

    /// <summary><see cref="NewTokenRequest.Scope"/>.</summary>
    Scope = 8,

    /// <summary><see cref="NewTokenRequest.Audience"/>.</summary>
    Audience = 16,

    /// <summary><see cref="NewTokenRequest.Role"/>.</summary>
    Role = 32,

    /// <summary><see cref="NewTokenRequest.Access"/>.</summary>
    Access = 64,

    /// <summary><see cref="NewTokenRequest.ApplyToAll"/>.</summary>
    ApplyToAll = 128,

    /// <summary><see cref="NewTokenRequest.User"/>.</summary>
    User = 256,
}
