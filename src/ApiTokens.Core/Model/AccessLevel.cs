namespace ApiTokens;

/// <summary>What a token of Application Users may do with one API (contracts/application-users.md, 2.3).</summary>
public enum AccessLevel
{
    /// <summary>Nothing; the default for every API.</summary>
    None,

    /// <summary>Read: GET.</summary>
    Read,

    /// <summary>Read and write: GET and POST.</summary>
    Full,
}
