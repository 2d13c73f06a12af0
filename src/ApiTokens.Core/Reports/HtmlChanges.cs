namespace ApiTokens.Reports;

/// <summary>Writes the changes since an earlier list of tokens.</summary>
internal static class HtmlChanges
{
    public static void Write(HtmlText html, TokenReport report)
    {
        if (report.Changes.Count == 0)
        {
            return;
        }

        html.WriteLine($"""  <section aria-labelledby="changes-heading">""");
        html.WriteLine($"""    <h2 id="changes-heading">Changes</h2>""");
        html.Write($"<p>Tokens that are new: {HtmlText.Number(report.Count(TokenChangeKind.New))}; ");
        html.Write($"gone: {HtmlText.Number(report.Count(TokenChangeKind.Gone))}; ");
        html.WriteLine($"changed: {HtmlText.Number(report.Count(TokenChangeKind.Changed))}.</p>");
        html.Write($"""<div class="scroll" role="region" aria-labelledby="changes-heading" tabindex="0"><table><thead><tr>""");
        foreach (string column in (string[])["Change", "Token", "Service", "Property", "Before", "Now"])
        {
            html.Write($"""<th scope="col">{column}</th>""");
        }

        html.WriteLine($"</tr></thead><tbody>");
        foreach (TokenChange change in report.Changes)
        {
            html.Write($"""<tr><td>{change.ChangeKind}</td><td><span class="name">{change.Name}</span>""");
            html.Write($"""<span class="more id">{change.Id}</span></td>""");
            html.Write($"""<td>{change.Service}<span class="more">{change.Account}</span></td><td>{change.Property}</td>""");
            html.WriteLine($"""<td class="permissions">{change.OldValue}</td><td class="permissions">{change.NewValue}</td></tr>""");
        }

        html.WriteLine($"</tbody></table></div>");
        html.WriteLine($"  </section>");
        html.WriteLine($"");
    }
}
