using System.Globalization;

namespace ApiTokens.Sandbox.Emulators.ApplicationUsers;

/// <summary>A one-based page.</summary>
internal sealed record Paging(int Number, int Size)
{
    private const int DefaultSize = 100;
    private const int MaxSize = 1_000;

    public long Offset => (Number - 1L) * Size;

    public static Paging Of(IQueryCollection query) =>
        new(Read(query, "pageNumber", 1, int.MaxValue), Read(query, "pageSize", DefaultSize, MaxSize));

    /// <summary>Creates the body of a page.</summary>
    public PageBody<T> ToBody<T>(IReadOnlyList<T> items, long total)
    {
        long pages = (total + Size - 1) / Size;
        return new PageBody<T>(items, Number, Size, total, pages, Number < pages);
    }

    private static int Read(IQueryCollection query, string name, int defaultValue, int maximum) => query[name].ToString() switch
    {
        "" => defaultValue,
        string value when TryParse(value, out int number) && number >= 1 && number <= maximum => number,
        _ => throw Problems.Invalid(name, $"{name} must be an integer from 1 to {maximum}."),
    };

    private static bool TryParse(string value, out int number) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
