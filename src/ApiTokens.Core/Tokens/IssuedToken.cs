using System.Security;

namespace ApiTokens;

/// <summary>A token together with its secret: what issuing or regenerating one gives, once.</summary>
public sealed class IssuedToken : ApiToken
{
    /// <summary>Joins a record and the secret that was issued for it.</summary>
    /// <param name="token">The record.</param>
    /// <param name="secret">Its secret.</param>
    public IssuedToken(ApiToken token, SecureString secret)
    {
        Connection = token.Connection;
        Service = token.Service;
        Account = token.Account;
        Id = token.Id;
        Name = token.Name;
        Description = token.Description;
        Status = token.Status;
        Owner = token.Owner;
        Issuer = token.Issuer;
        Scope = token.Scope;
        Audience = token.Audience;
        Role = token.Role;
        Access = token.Access;
        CreatedAt = token.CreatedAt;
        UpdatedAt = token.UpdatedAt;
        ExpiresAt = token.ExpiresAt;
        LastUsedAt = token.LastUsedAt;
        Secret = secret;
    }

    /// <summary>The value that authenticates. No service but Devo shows it a second time.</summary>
    public SecureString Secret { get; }
}
