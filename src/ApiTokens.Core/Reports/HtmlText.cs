using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace ApiTokens.Reports;

/// <summary>Writes HTML. Whatever stands in a hole of the text is encoded, so that none can be forgotten; it fits between tags and in quoted attributes.</summary>
internal sealed class HtmlText(TextWriter writer)
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    public void Write(FormattableString html) => writer.Write(html.Format, Array.ConvertAll(html.GetArguments(), Encode));

    public void WriteLine(FormattableString html)
    {
        Write(html);
        writer.Write('\n');
    }

    /// <summary>A number with separators.</summary>
    public static string Number(int number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A moment in words.</summary>
    public static string Moment(DateTimeOffset moment) => moment.ToString("d MMMM yyyy, HH:mm", CultureInfo.InvariantCulture);

    private static object? Encode(object? value) => Encoder.Encode(VisibleText.Of((value as IFormattable)?.ToString(null, CultureInfo.InvariantCulture) ?? value?.ToString()));
}
