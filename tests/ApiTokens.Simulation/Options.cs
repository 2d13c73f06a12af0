using System.Globalization;

namespace ApiTokens.Simulation;

/// <summary>The command line.</summary>
internal sealed class Options
{
    public const string Usage =
        "Usage: ApiTokens.Simulation [--seed N] [--count N | --time 60s] [--operations N] [--processes N] "
        + "[--trace] [--only INVARIANT] [--first] [--explain N]";

    /// <summary>The first seed.</summary>
    public ulong Seed { get; private init; } = 1;

    /// <summary>The number of simulations.</summary>
    public int Count { get; private init; } = 1000;

    /// <summary>Run for this time instead of a number of simulations.</summary>
    public TimeSpan? Time { get; private init; }

    /// <summary>End when the simulations have had this number of operations.</summary>
    public long Operations { get; private init; } = long.MaxValue;

    public int Processes { get; private init; } = 1;

    /// <summary>Print the history of each simulation.</summary>
    public bool Trace { get; private init; }

    /// <summary>Report only invariants that begin with this text.</summary>
    public string Only { get; private init; } = string.Empty;

    /// <summary>End with the first simulation that fails.</summary>
    public bool First { get; private init; }

    /// <summary>The number of failures of each invariant that are shrunk and printed.</summary>
    public int Explain { get; private init; } = 1;

    /// <exception cref="FormatException">An argument is unknown or is not valid.</exception>
    public static Options Parse(string[] arguments)
    {
        var values = new Dictionary<string, string>();
        for (int i = 0; i < arguments.Length; i++)
        {
            bool isFlag = arguments[i] is "--trace" or "--first";
            values[arguments[i]] = isFlag ? string.Empty
                : i + 1 < arguments.Length ? arguments[++i]
                : throw new FormatException($"{arguments[i]} has no value. {Usage}");
        }

        string[] known = ["--seed", "--count", "--time", "--operations", "--processes", "--trace", "--only", "--first", "--explain"];
        if (values.Keys.Except(known).FirstOrDefault() is { } unknown)
        {
            throw new FormatException($"{unknown} is not an option. {Usage}");
        }

        return new Options
        {
            Seed = ulong.Parse(values.GetValueOrDefault("--seed", "1"), CultureInfo.InvariantCulture),
            Count = values.TryGetValue("--count", out string? count) ? int.Parse(count, CultureInfo.InvariantCulture)
                : values.ContainsKey("--time") || values.ContainsKey("--operations") ? int.MaxValue
                : values.ContainsKey("--trace") ? 1 : 1000,
            Time = values.TryGetValue("--time", out string? time) ? ParseTime(time) : null,
            Processes = int.Parse(values.GetValueOrDefault("--processes", "1"), CultureInfo.InvariantCulture),
            Trace = values.ContainsKey("--trace"),
            First = values.ContainsKey("--first"),
            Operations = long.Parse(
                values.GetValueOrDefault("--operations", long.MaxValue.ToString(CultureInfo.InvariantCulture)),
                CultureInfo.InvariantCulture),
            Explain = int.Parse(values.GetValueOrDefault("--explain", "1"), CultureInfo.InvariantCulture),
            Only = values.GetValueOrDefault("--only", string.Empty),
        };
    }

    // 60s, 5m or 1h.
    private static TimeSpan ParseTime(string text)
    {
        int number = int.Parse(text.AsSpan(0, text.Length - 1), CultureInfo.InvariantCulture);
        return text[^1] switch
        {
            's' => TimeSpan.FromSeconds(number),
            'm' => TimeSpan.FromMinutes(number),
            'h' => TimeSpan.FromHours(number),
            _ => throw new FormatException($"'{text}' is not a time such as 60s, 5m or 1h."),
        };
    }
}
