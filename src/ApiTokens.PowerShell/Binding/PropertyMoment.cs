using System.Globalization;
using System.Management.Automation;

namespace ApiTokens.PowerShell.Binding;

/// <summary>Reads a property of whatever came down the pipeline, as a moment.</summary>
internal static class PropertyMoment
{
    /// <summary>Reads it; true with null for what is empty: never, or not known.</summary>
    public static bool TryRead(PSObject value, string property, out DateTimeOffset? moment)
    {
        object? found = value.Properties[property]?.Value;
        moment = null;
        switch (BlankAsNullAttribute.Unwrap(found))
        {
            case null or "":
                return true;
            case DateTimeOffset known:
                moment = known.ToUniversalTime();
                return true;
            case DateTime known:
                moment = new DateTimeOffset(known.ToUniversalTime());
                return true;
            case string text when TryParse(text, out DateTimeOffset known):
                moment = known.ToUniversalTime();
                return true;
            default:
                // What Export-Clixml leaves of a DateTimeOffset.
                moment = PSObject.AsPSObject(found).Properties["UtcDateTime"]?.Value is DateTime utc
                    ? new DateTimeOffset(DateTime.SpecifyKind(utc.ToUniversalTime(), DateTimeKind.Utc))
                    : null;
                return moment is not null;
        }
    }

    // A text with the year first is the same everywhere; another was written in the culture of the session, as by Export-Csv.
    private static bool TryParse(string text, out DateTimeOffset moment)
    {
        bool yearFirst = text.Length > 4 && text.Substring(0, 4).All(char.IsDigit) && text[4] == '-';
        return DateTimeOffset.TryParse(
            text, yearFirst ? CultureInfo.InvariantCulture : CultureInfo.CurrentCulture, DateTimeStyles.AssumeUniversal, out moment);
    }
}
