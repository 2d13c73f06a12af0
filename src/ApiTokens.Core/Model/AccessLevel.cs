namespace ApiTokens;

/// <summary>The access of an Application Users token to one API (contracts/application-users.md, 2.3).</summary>
public enum AccessLevel
{
    /// <summary>No access; the default for every API.</summary>
    None,

    /// <summary>Read: GET.</summary>
    Read,

    /// <summary>Read and write: GET and POST.</summary>
    Full,
}
