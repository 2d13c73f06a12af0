namespace ApiTokens.Services;

/// <summary>The fields that every service's token record has.</summary>
internal interface ITokenWire
{
    /// <summary>The id; null if the response has none.</summary>
    string? Id { get; }

    /// <summary>The secret; present only in the response to a request that issues one.</summary>
    string? Secret { get; }
}

/// <summary>A page of a service's list.</summary>
/// <typeparam name="TWire">The service's token record.</typeparam>
internal interface IPageWire<out TWire>
{
    /// <summary>The records of the page.</summary>
    IReadOnlyList<TWire?>? Items { get; }

    /// <summary>The number of records of a full page; null if the response does not include it.</summary>
    int? PageSize { get; }

    /// <summary>The number of records on all pages.</summary>
    long? TotalCount { get; }
}
