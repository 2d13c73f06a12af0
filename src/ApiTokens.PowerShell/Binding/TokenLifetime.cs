using System.Globalization;
using System.Management.Automation;

namespace ApiTokens.PowerShell.Binding;

/// <summary>The lifetime of a token: a duration, or calendar months.</summary>
public sealed class TokenLifetime
{
    private TokenLifetime()
    {
    }

    /// <summary>The duration, if it is not specified in calendar months.</summary>
    public TimeSpan? Time { get; private init; }

    /// <summary>The number of calendar months, if it is specified in calendar months.</summary>
    public int? Months { get; private init; }

    /// <summary>Returns the lifetime as it can be entered.</summary>
    /// <returns>For example <c>90.00:00:00</c> or <c>6mo</c>.</returns>
    public override string ToString() => Months is { } months ? $"{months.ToString(CultureInfo.InvariantCulture)}mo" : $"{Time}";

    internal static TokenLifetime? From(object? input) => BlankAsNullAttribute.Unwrap(input) switch
    {
        null => null,
        TokenLifetime lifetime => lifetime,
        TimeSpan time => new TokenLifetime { Time = time },
        _ => Parse(LanguagePrimitives.ConvertTo<string>(input)),
    };

    // PowerShell parses 7d without quotes as a decimal number but keeps its text. A number without a unit is rejected, because .NET
    // parses it as ticks or days.
    private static TokenLifetime? Parse(string text) => text switch
    {
        _ when string.IsNullOrWhiteSpace(text) => null,
        _ when DurationText.TryParseMonths(text, out int months) => new TokenLifetime { Months = months },
        _ when DurationText.TryParse(text, out TimeSpan time) => new TokenLifetime { Time = time },
        _ => throw new ArgumentTransformationMetadataException(
            $"'{ForeignText.Argument(text)}' is not a valid duration. Examples: 30m, 12h, 14d, 2w, 6mo, 1y, 90.00:00."
                + (text.Equals("never", StringComparison.OrdinalIgnoreCase) ? " For never, use -NeverExpires." : string.Empty)),
    };
}
