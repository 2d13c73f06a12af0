namespace ApiTokens.Services;

/// <summary>What every service's record of a token has.</summary>
internal interface ITokenWire
{
    /// <summary>The id; null where the answer has none.</summary>
    string? Id { get; }

    /// <summary>The secret; only in the answer to a request that issues one.</summary>
    string? Secret { get; }
}

/// <summary>A page of a service's list.</summary>
/// <typeparam name="TWire">The service's record of a token.</typeparam>
internal interface IPageWire<out TWire>
{
    /// <summary>The records of the page.</summary>
    IReadOnlyList<TWire?>? Items { get; }

    /// <summary>How many records a full page has; null where the answer does not say.</summary>
    int? PageSize { get; }

    /// <summary>How many records there are on all pages.</summary>
    long? TotalCount { get; }
}
