using System.Globalization;
using System.Management.Automation;

namespace ApiTokens.PowerShell.Binding;

/// <summary>How long a token shall live: a time, or calendar months.</summary>
public sealed class TokenLife
{
    private TokenLife()
    {
    }

    /// <summary>The time, where it is one.</summary>
    public TimeSpan? Time { get; private init; }

    /// <summary>The calendar months, where it is these.</summary>
    public int? Months { get; private init; }

    /// <summary>As it could be typed.</summary>
    /// <returns>For example <c>90.00:00:00</c> or <c>6mo</c>.</returns>
    public override string ToString() => Months is { } months ? $"{months.ToString(CultureInfo.InvariantCulture)}mo" : $"{Time}";

    internal static TokenLife? From(object? input) => BlankAsNullAttribute.Unwrap(input) switch
    {
        null => null,
        TokenLife life => life,
        TimeSpan time => new TokenLife { Time = time },
        _ => Parse(LanguagePrimitives.ConvertTo<string>(input)),
    };

    // PowerShell reads a bare 7d as a decimal number, but keeps its text. A number alone is ticks or days to .NET, and could
    // be anything to who typed it.
    private static TokenLife? Parse(string text) => text switch
    {
        _ when string.IsNullOrWhiteSpace(text) => null,
        _ when DurationText.TryParseMonths(text, out int months) => new TokenLife { Months = months },
        _ when DurationText.TryParse(text, out TimeSpan time) => new TokenLife { Time = time },
        _ => throw new ArgumentTransformationMetadataException(
            $"'{SecretText.Mask(text)}' is no duration. Give a TimeSpan, or one like 12h, 90d, 2w, 6mo, 1y or 90.00:00."),
    };
}
