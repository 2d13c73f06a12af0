using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace ApiTokens.Reports;

/// <summary>The files beside this one that make the page: Report.html with its <c>{{places}}</c>, Report.css and Report.js.</summary>
internal static class HtmlTemplate
{
    private static readonly Regex Place = new(@"\{\{(\w+)\}\}", RegexOptions.CultureInvariant);

    /// <summary>Writes the page, each place by what fills it.</summary>
    public static void Write(TextWriter writer, IReadOnlyDictionary<string, Action> places)
    {
        string page = Read("Report.html");
        int end = 0;
        foreach (Match place in Place.Matches(page))
        {
            writer.Write(page.Substring(end, place.Index - end));
            places[place.Groups[1].Value]();
            end = place.Index + place.Length;
        }

        writer.Write(page.Substring(end));
    }

    /// <summary>Reads one of the files. Browsers count a line break as one character, and so do the hashes.</summary>
    public static string Read(string name)
    {
        using Stream stream = typeof(HtmlTemplate).Assembly.GetManifestResourceStream(typeof(HtmlTemplate), name);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd().Replace("\r\n", "\n");
    }

    /// <summary>How a content security policy names the one style or script that it lets pass.</summary>
    public static string Hash(string text)
    {
        using var sha = SHA256.Create();
        return $"'sha256-{Convert.ToBase64String(sha.ComputeHash(Encoding.UTF8.GetBytes(text)))}'";
    }
}
