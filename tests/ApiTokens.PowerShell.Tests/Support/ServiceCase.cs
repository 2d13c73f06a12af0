using System.Collections;

namespace ApiTokens.PowerShell.Tests.Support;

/// <summary>
/// The facts about each service that the tests need. All services are tested the same way, as far as their capabilities allow. Add one
/// entry for a new service.
/// </summary>
public sealed record ServiceCase
{
    public static readonly IReadOnlyList<ServiceCase> All =
    [
        new()
        {
            Service = "Devo", Connection = "devo",
            SetEnabled = true, Rename = true, ReadSecret = true, Expiry = "None",
            Issue = new() { ["User"] = "user@example.com", ["Audience"] = "apiv2", ["Scope"] = "table://my.app.** level://admin" },
            Proof = use => new($"devo/probio/user/email/{use.Owner}", ("standAloneToken", use.Secret)),
            Complete = new() { ["Scope"] = "table://my.app.table level://admin", ["Audience"] = "apiv2 alerts" },
            UnusedId = "999999",
            UnknownSecret = "00112233445566778899aabbccddeeff",
            MatchedBy = "Value",
            PermissionKinds = ["Audience", "Scope"], SomePermissions = ["apiv2", "alerts", "http"],
            User = "leaver@example.com", Issuer = "ADMIN@example.com",
        },
        new()
        {
            Service = "Wegnology", Connection = "wegnology", HasLogin = true,
            SetEnabled = true, Rename = true, NewDescription = true, SetDescription = true, Expiry = "AnyOrNever",
            Issue = new() { ["Scope"] = "All" },
            Proof = use => new($"wegnology/{WegnologyPath(use.Account)}", ("Authorization", $"Bearer {use.Secret}")),
            Complete = new() { ["Scope"] = "ReadOnly", ["Description"] = "what for", ["ExpiresIn"] = "45d" },
            UnusedId = "ffffffffffffffffffffffff",
            UnknownSecret = "eyJhbGciOiJIUzI1NiJ9.eyJqdGkiOiI1ZTAwMDAwMDAwMDAwMDAwMDBmZmZmZmYifQ.c2lnbmF0dXJl",
            MatchedBy = "Claims",
            PermissionKinds = ["Preset", "Scope"],
            SomePermissions = ["All", "ReadOnly", "Cli", "all.User", "all.Application.read", "devices.get"],
            User = "575ed70c7ae143cd83dc4aa9", Issuer = "leaver@example.com",
        },
        new()
        {
            Service = "Gcore", Connection = "gcore", HasLogin = true,
            NewDescription = true, LastUsed = true, Expiry = "AnyOrNever",
            Issue = new() { ["Role"] = "Engineers", ["ExpiresIn"] = "180d" },
            Proof = use => new("gcore/iam/clients/me", ("Authorization", $"APIKey {use.Secret}")),
            Complete = new() { ["Role"] = "Users", ["Description"] = "what for", ["ExpiresIn"] = "45d" },
            UnusedId = "999999",
            UnknownSecret = "99999_00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
            MatchedBy = "Form",
            PermissionKinds = ["Role"], SomePermissions = ["Administrators", "Engineers", "Users"],
            User = "JDOE@example.com", Issuer = "user@example.com",
        },
        new()
        {
            Service = "ApplicationUsers", Connection = "application-users",
            Rename = true, SetAccess = true, InPlace = true, LastUsed = true, Expiry = "Months",
            Issue = new() { ["User"] = "jdoe", ["ApplyToAll"] = "Full" },
            Proof = use => new(
                $"application-users/data/{use.Api}", ("authenticationtoken", use.Secret), ("sitename", use.Account), ("userid", use.Owner)),
            Complete = new() { ["ApplyToAll"] = "Read", ["Access"] = new Hashtable { ["vendor"] = "Full" }, ["ExpirationMonths"] = 12 },
            UnusedId = "at_zzzzzzzzzzzzzzzzzzzz",
            UnknownSecret = "zz112233445566778899aabbccddeeff00112233",
            PermissionKinds = ["Api"], SomePermissions = ["location", "vendor", "purchase-order"],
            User = "asmith", Issuer = "admin",
        },
    ];

    /// <summary>The service's name.</summary>
    public required string Service { get; init; }

    /// <summary>The default name of its connections.</summary>
    public required string Connection { get; init; }

    public bool HasLogin { get; init; }

    public bool SetEnabled { get; init; }

    public bool Rename { get; init; }

    /// <summary>Whether a description can be specified at creation.</summary>
    public bool NewDescription { get; init; }

    public bool SetDescription { get; init; }

    public bool SetAccess { get; init; }

    /// <summary>Whether a token can get a new secret in place.</summary>
    public bool InPlace { get; init; }

    public bool ReadSecret { get; init; }

    public bool LastUsed { get; init; }

    /// <summary>None, AnyOrNever or Months.</summary>
    public required string Expiry { get; init; }

    /// <summary>The parameters of a token whose secret can be checked.</summary>
    public required Hashtable Issue { get; init; }

    /// <summary>The request that checks a secret in the sandbox.</summary>
    public required Func<SecretUse, SecretProof> Proof { get; init; }

    /// <summary>The parameters of a token of which a new token must copy everything.</summary>
    public required Hashtable Complete { get; init; }

    /// <summary>A valid id that no token has.</summary>
    public required string UnusedId { get; init; }

    /// <summary>A text in the format of the service's secrets that is not the secret of any token of the account.</summary>
    public required string UnknownSecret { get; init; }

    /// <summary>How a secret can be matched to its token without sending it; null if it cannot.</summary>
    public string? MatchedBy { get; init; }

    /// <summary>The kinds that Get-ApiTokenPermission lists.</summary>
    public required string[] PermissionKinds { get; init; }

    /// <summary>Some of the values that Get-ApiTokenPermission lists.</summary>
    public required string[] SomePermissions { get; init; }

    /// <summary>An owner of some of the sandbox's tokens.</summary>
    public required string User { get; init; }

    /// <summary>An issuer of some of the sandbox's tokens.</summary>
    public required string Issuer { get; init; }

    /// <summary>Returns the service of a connection, whose name must start with the default one.</summary>
    public static ServiceCase Of(string connection) =>
        All.First(service => connection.StartsWith(service.Connection, StringComparison.OrdinalIgnoreCase));

    private static string WegnologyPath(string account) => account.StartsWith("user", StringComparison.Ordinal) ? "me" : account
        .Replace("application/", "applications/", StringComparison.Ordinal)
        .Replace("instance/", "instances/", StringComparison.Ordinal);

    /// <summary>Theory data: the connections of services that meet a condition.</summary>
    public static TheoryData<string> Where(Func<ServiceCase, bool> holds) => [.. All.Where(holds).Select(service => service.Connection)];
}

/// <summary>A secret to check.</summary>
/// <param name="Secret">The secret.</param>
/// <param name="Account">The account.</param>
/// <param name="Owner">The user that its token acts for.</param>
/// <param name="Api">Application Users: the API.</param>
public sealed record SecretUse(string Secret, string Account, string Owner, string Api);

/// <summary>A request that any secret may send.</summary>
/// <param name="Path">The path in the sandbox.</param>
/// <param name="Headers">The headers, one of which holds the secret.</param>
public sealed record SecretProof(string Path, params (string Name, string Value)[] Headers);

/// <summary>Theory data: the connection of each service.</summary>
public sealed class EachService : TheoryData<string>
{
    public EachService()
    {
        AddRange([.. ServiceCase.All.Select(service => service.Connection)]);
    }
}
