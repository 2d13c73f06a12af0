using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace ApiTokens.Reports;

/// <summary>The template files of the page: Report.html with its <c>{{placeholders}}</c>, Report.css and Report.js.</summary>
internal static class HtmlTemplate
{
    private static readonly Regex Placeholder = new(@"\{\{(\w+)\}\}", RegexOptions.CultureInvariant);

    // The parts of the page that are about tokens, each between two comments.
    private static readonly Regex TokenPart = new(
        "<!-- tokens -->\n(.*?)<!-- /tokens -->\n", RegexOptions.CultureInvariant | RegexOptions.Singleline);

    /// <summary>Writes the page, and fills each placeholder by its action.</summary>
    /// <param name="writer">The writer.</param>
    /// <param name="withTokens">Whether the page has the parts about tokens.</param>
    /// <param name="placeholders">The actions by placeholder.</param>
    public static void Write(TextWriter writer, bool withTokens, IReadOnlyDictionary<string, Action> placeholders)
    {
        string page = TokenPart.Replace(Read("Report.html"), withTokens ? "$1" : string.Empty);
        int end = 0;
        foreach (Match placeholder in Placeholder.Matches(page))
        {
            writer.Write(page.Substring(end, placeholder.Index - end));
            placeholders[placeholder.Groups[1].Value]();
            end = placeholder.Index + placeholder.Length;
        }

        writer.Write(page.Substring(end));
    }

    /// <summary>Reads a template file with normalized line breaks, because browsers normalize them before they hash the content.</summary>
    public static string Read(string name)
    {
        using Stream stream = typeof(HtmlTemplate).Assembly.GetManifestResourceStream(typeof(HtmlTemplate), name);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd().Replace("\r\n", "\n");
    }

    /// <summary>Returns the hash source by which a content security policy allows a style or script.</summary>
    public static string Hash(string text)
    {
        using var sha = SHA256.Create();
        return $"'sha256-{Convert.ToBase64String(sha.ComputeHash(Encoding.UTF8.GetBytes(text)))}'";
    }
}
