namespace ApiTokens;

/// <summary>What created a token.</summary>
public enum IssuerKind
{
    /// <summary>A user.</summary>
    User,

    /// <summary>Another API token.</summary>
    ApiToken,

    /// <summary>A workflow of WEGnology.</summary>
    Flow,
}
