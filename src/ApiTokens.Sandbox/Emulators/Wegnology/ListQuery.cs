using System.Globalization;

namespace ApiTokens.Sandbox.Emulators.Wegnology;

/// <summary>The query of a list: sorting, a zero-based page and a filter.</summary>
internal sealed record ListQuery
{
    private const int MaxPageSize = 1_000;

    private static readonly string[] SortFields = ["name", "status", "id", "creationDate", "lastUpdated", "expirationDate"];
    private static readonly string[] SortDirections = ["asc", "desc"];
    private static readonly string[] FilterFields = ["name", "status"];

    public required string SortField { get; init; }

    public required string SortDirection { get; init; }

    public required int Page { get; init; }

    public required int PerPage { get; init; }

    /// <summary>The field to filter by; null if there is no filter.</summary>
    public string? FilterField { get; init; }

    /// <summary>The filter of the request, with '*' and '?'.</summary>
    public string? Filter { get; init; }

    /// <summary>The filter as a LIKE pattern, which ignores case like the service.</summary>
    public string? FilterPattern => Filter?
        .Replace(@"\", @"\\", StringComparison.Ordinal)
        .Replace("%", @"\%", StringComparison.Ordinal)
        .Replace("_", @"\_", StringComparison.Ordinal)
        .Replace('*', '%')
        .Replace('?', '_');

    public static ListQuery Of(IQueryCollection query)
    {
        string? field = Choice(query, "filterField", FilterFields);
        string? filter = Value(query, "filter");
        bool filtered = field is not null && filter is not null;
        return new ListQuery
        {
            SortField = Choice(query, "sortField", SortFields) ?? "name",
            SortDirection = Choice(query, "sortDirection", SortDirections) ?? "asc",
            Page = Number(query, "page", minimum: 0) ?? 0,
            PerPage = Math.Min(Number(query, "perPage", minimum: 1) ?? 100, MaxPageSize),
            FilterField = filtered ? field : null,
            Filter = filtered ? filter : null,
        };
    }

    private static string? Value(IQueryCollection query, string name) =>
        query[name].ToString() is { Length: > 0 } value ? value : null;

    private static string? Choice(IQueryCollection query, string name, string[] choices) => Value(query, name) switch
    {
        null => null,
        string value when choices.Contains(value, StringComparer.Ordinal) => value,
        _ => throw WegnologyErrors.Validation($"{name} must be one of {string.Join(", ", choices)}"),
    };

    private static int? Number(IQueryCollection query, string name, int minimum) => Value(query, name) switch
    {
        null => null,
        string value when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= minimum =>
            number,
        _ => throw WegnologyErrors.Validation($"{name} must be an integer of at least {minimum}"),
    };
}
