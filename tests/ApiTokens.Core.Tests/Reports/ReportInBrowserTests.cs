using System.Text.Json.Nodes;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Reports;
using Xunit.Abstractions;

namespace ApiTokens.Core.Tests.Reports;

/// <summary>The page in a browser, also operated by keyboard.</summary>
public sealed class ReportInBrowserTests(Browser browser, ITestOutputHelper output) : IClassFixture<Browser>, IDisposable
{
    private const string Rows = "document.querySelectorAll('#table tbody tr')";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("apitokens-report-");

    public void Dispose() => _folder.Delete(recursive: true);

    [BrowserFact]
    public async Task Page_TwentyThousandTokens_IsFilteredSortedAndPagedQuickly()
    {
        TimeSpan loaded = await browser.OpenAsync(Save(SampleReport.Large(20_000)));
        await browser.UntilAsync("!document.getElementById('filter').hidden");
        Assert.Equal("20,000 tokens", await TextAsync("#count"));
        Assert.Equal(100, await NumberAsync($"{Rows}.length"));

        // Measure the slowest keystroke.
        await browser.EvaluateAsync("document.getElementById('search').focus()");
        await browser.EvaluateAsync("""
            window.slowest = 0;
            const filter = document.getElementById('filter');
            filter.addEventListener('input', () => { window.started = performance.now(); }, true);
            filter.addEventListener('input', () => { window.slowest = Math.max(window.slowest, performance.now() - window.started); });
            """);
        foreach (char letter in "needle")
        {
            await browser.TypeAsync(letter.ToString());
        }

        await browser.UntilAsync("document.getElementById('count').textContent === '200 of 20,000 tokens'");
        Assert.Equal("Page 1 of 2", await TextAsync("#page"));
        Assert.True(await IsTrueAsync($"[...{Rows}].every((row) => row.querySelector('.name').textContent === 'needle')"));

        await browser.EvaluateAsync("document.querySelector('#filter button[type=reset]').click()");
        await browser.UntilAsync("document.getElementById('count').textContent === '20,000 tokens'");

        // By keyboard: the button in the heading of the column Expires.
        await browser.EvaluateAsync("document.querySelectorAll('#table th button')[2].focus()");
        await browser.PressAsync("Enter", 13, "\r");
        await browser.UntilAsync("document.querySelectorAll('#table th')[2].getAttribute('aria-sort') === 'ascending'");
        Assert.Contains("9 d ago", await TextAsync("#table tbody tr td:nth-child(3)"));
        await browser.PressAsync("Enter", 13, "\r");
        await browser.UntilAsync("document.querySelectorAll('#table th')[2].getAttribute('aria-sort') === 'descending'");
        Assert.Equal("never", await TextAsync("#table tbody tr td:nth-child(3)"));
        Assert.Equal(1, await NumberAsync("document.querySelectorAll('#table [aria-sort]').length"));

        double sort = await NumberAsync(
            "(() => { const began = performance.now(); document.querySelector('#table th button').click(); return "
                + "performance.now() - began; })()");
        await browser.EvaluateAsync("document.getElementById('next').click()");
        Assert.Equal("Page 2 of 200", await TextAsync("#page"));

        // Select the tokens of a rule.
        await browser.EvaluateAsync("document.querySelector('button[data-rule]').click()");
        Assert.Equal("2,000 of 20,000 tokens", await TextAsync("#count"));

        double slowest = await NumberAsync("window.slowest");
        output.WriteLine($"loaded in {loaded.TotalMilliseconds:N0} ms; slowest keystroke {slowest:N0} ms; sorted by name in {sort:N0} ms");
        Assert.InRange(loaded, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.InRange(slowest, 0, 500);
        Assert.InRange(sort, 0, 2000);
        Assert.Empty(browser.Problems);
    }

    [BrowserFact]
    public async Task Page_HostileNames_AreShownAsText()
    {
        string[] names =
        [
            .. ReportTextTests.Hostile.Select<object[], string>(row => ((string)row[0]).Replace("alert(1)", "window.harmed=1")),
        ];
        ReportToken[] tokens =
        [
            .. names.Select(
                (name, i) =>
                    SampleReport.Token(name, $"{i}{name}") with { Owner = name, Account = name, Service = name, Permissions = name }),
        ];
        await browser.OpenAsync(
            Save(
                new TokenReport(
                    names[0],
                    SampleReport.Now,
                    tokens,
                    tokens.Select((token, i) => SampleReport.Finding(token, names[i], message: names[i])))));
        await browser.UntilAsync("!document.getElementById('filter').hidden");

        Assert.Equal(names[0], (await browser.EvaluateAsync("document.title"))!.GetValue<string>());
        Assert.Equal(names.Length, await NumberAsync($"{Rows}.length"));
        Assert.True(await IsTrueAsync("window.harmed === undefined && document.images.length === 0 && document.scripts.length === 2"));
        string[] shown =
        [
            .. ((JsonArray)(await browser.EvaluateAsync("[...document.querySelectorAll('#table .name')].map((name) => name.textContent)"))!)
                .Select(name => name!.GetValue<string>()),
        ];
        Assert.Equal(names.Select(ForeignText.InView).Order(), shown.Order());
        Assert.Empty(browser.Problems);
    }

    [BrowserFact]
    public async Task Page_ModifiedScript_DoesNotRun()
    {
        string path = Save(SampleReport.Large(10));
        await File.WriteAllTextAsync(path, (await File.ReadAllTextAsync(path)).Replace("const pageSize = 100;", "const pageSize = 101;"));
        await browser.OpenAsync(path);

        Assert.True(await IsTrueAsync("document.getElementById('filter').hidden"));
        Assert.Contains(browser.Problems, problem => problem.Contains("Content Security Policy", StringComparison.Ordinal));
    }

    [BrowserFact]
    public async Task Page_WithoutScriptOrPrinted_IsReadable()
    {
        string path = Save(SampleReport.Large(1000));
        await browser.SetScriptsAsync(allowed: false);
        try
        {
            await browser.OpenAsync(path);
            Assert.Equal(HtmlTokens.StaticRows, await NumberAsync($"{Rows}.length"));
            Assert.True(
                await IsTrueAsync(
                    "document.getElementById('filter').offsetParent === null && document.getElementById('pages').offsetParent === null"));
            Assert.True(
                await IsTrueAsync(
                    "document.querySelector('.timeline').getBoundingClientRect().height > 100 && "
                        + "document.querySelectorAll('.rule').length === 1"));
        }
        finally
        {
            await browser.SetScriptsAsync(allowed: true);
        }

        await browser.OpenAsync(path);
        await browser.UntilAsync("!document.getElementById('filter').hidden");
        await browser.EvaluateAsync($"addEventListener('beforeprint', () => {{ window.printed = {Rows}.length; }})");
        Assert.True((await browser.PrintAsync()).Length > 10_000);
        Assert.Equal(1000, await NumberAsync("window.printed"));
        Assert.Equal(100, await NumberAsync($"{Rows}.length"));
    }

    [BrowserFact]
    public async Task Page_LightDarkAndPhone_HasContrastAndFits()
    {
        ReportToken[] tokens =
        [
            .. Enum.GetValues<TokenStatus>().Select(
                (status, i) => SampleReport.Token($"token {i}", $"{i}", SampleReport.Now.AddDays(i), status)),
        ];
        string path = Save(
            SampleReport.Of(tokens, tokens.Select((token, i) => SampleReport.Finding(token, $"Rule{i}", (ReportSeverity)(i % 3)))));
        foreach (string scheme in new[] { "light", "dark" })
        {
            await browser.SetSchemeAsync(scheme);
            await browser.OpenAsync(path);
            await browser.UntilAsync("!document.getElementById('filter').hidden");
            var insufficient = (JsonArray)(await browser.EvaluateAsync(Contrast))!;
            Assert.True(insufficient.Count == 0, $"{scheme}: {insufficient.ToJsonString()}");
            byte[] picture = await browser.CaptureAsync();
            Assert.Equal("PNG", System.Text.Encoding.ASCII.GetString(picture, 1, 3));
            await File.WriteAllBytesAsync(Path.Combine(AppContext.BaseDirectory, $"report-{scheme}.png"), picture);
        }

        await browser.SetSchemeAsync("light");
        await browser.OpenAsync(path, width: 390, height: 800);
        Assert.True(await IsTrueAsync("document.documentElement.scrollWidth <= 390"));
        Assert.Empty(browser.Problems);
    }

    // The contrast of each text with the background behind it, by the formula of WCAG 2; level AA requires 4.5.
    private const string Contrast = """
        (() => {
          const colour = (text) => { const [r, g, b, a = 1] = text.match(/[\d.]+/g).map(Number); return { r, g, b, a }; };
          const channel = (value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
          const light = ({ r, g, b }) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
          const background = (element) => {
            for (let e = element; e; e = e.parentElement) {
              const c = colour(getComputedStyle(e).backgroundColor);
              if (c.a === 1) { return c; }
            }
            return colour('255 255 255');
          };
          const hasText = (e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
          return [...document.querySelectorAll('body *')]
            .filter((e) => e.checkVisibility() && !e.closest('script, :disabled') && hasText(e))
            .map((e) => {
              const style = getComputedStyle(e);
              const [a, b] = [light(colour(e instanceof SVGElement ? style.fill : style.color)), light(background(e))];
              return { text: e.textContent.trim().slice(0, 30), ratio: (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) };
            })
            .filter((found) => found.ratio < 4.5);
        })()
        """;

    private string Save(TokenReport report)
    {
        string path = Path.Combine(_folder.FullName, "report.html");
        ReportFile.Write(report, path);
        return path;
    }

    private async Task<string> TextAsync(string selector)
    {
        string quoted = System.Text.Json.JsonSerializer.Serialize(selector);
        return (await browser.EvaluateAsync($"document.querySelector({quoted}).textContent"))!.GetValue<string>();
    }

    private async Task<double> NumberAsync(string expression) => (await browser.EvaluateAsync(expression))!.GetValue<double>();

    private async Task<bool> IsTrueAsync(string expression) => (await browser.EvaluateAsync(expression))!.GetValue<bool>();
}
