using System.Globalization;

namespace ApiTokens.Sandbox.Emulators.ApplicationUsers;

/// <summary>A one-based page.</summary>
internal sealed record Paging(int Number, int Size)
{
    private const int DefaultSize = 100;
    private const int LargestSize = 1_000;

    public long Offset => (Number - 1L) * Size;

    public static Paging Of(IQueryCollection query) =>
        new(Read(query, "pageNumber", 1, int.MaxValue), Read(query, "pageSize", DefaultSize, LargestSize));

    /// <summary>The page as it is sent.</summary>
    public PageBody<T> Answer<T>(IReadOnlyList<T> items, long total)
    {
        long pages = (total + Size - 1) / Size;
        return new PageBody<T>(items, Number, Size, total, pages, Number < pages);
    }

    private static int Read(IQueryCollection query, string name, int absent, int most) => query[name].ToString() switch
    {
        "" => absent,
        string value when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 1 && number <= most => number,
        _ => throw Problems.Invalid(name, $"{name} must be an integer from 1 to {most}."),
    };
}
