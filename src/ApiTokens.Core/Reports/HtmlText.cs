using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace ApiTokens.Reports;

/// <summary>Writes HTML. All interpolated values are encoded for use in text and in quoted attributes.</summary>
internal sealed class HtmlText(TextWriter writer)
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    public void Write(FormattableString html) => writer.Write(html.Format, Array.ConvertAll(html.GetArguments(), Encode));

    public void WriteLine(FormattableString html)
    {
        Write(html);
        writer.Write('\n');
    }

    /// <summary>Formats a number with thousands separators.</summary>
    public static string Number(int number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Formats a date and time.</summary>
    public static string Timestamp(DateTimeOffset time) => time.ToString("d MMMM yyyy, HH:mm", CultureInfo.InvariantCulture);

    private static object? Encode(object? value)
    {
        string? text = (value as IFormattable)?.ToString(null, CultureInfo.InvariantCulture) ?? value?.ToString();
        return Encoder.Encode(ForeignText.InView(text));
    }
}
