using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace ApiTokens.Reports;

/// <summary>The template files of the page: Report.html with its <c>{{placeholders}}</c>, Report.css and Report.js.</summary>
internal static class HtmlTemplate
{
    private static readonly Regex Placeholder = new(@"\{\{(\w+)\}\}", RegexOptions.CultureInvariant);

    /// <summary>Writes the page, and fills each placeholder by its action.</summary>
    public static void Write(TextWriter writer, IReadOnlyDictionary<string, Action> placeholders)
    {
        string page = Read("Report.html");
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
