using System.Globalization;

namespace ApiTokens.Reports;

/// <summary>Draws the months of a timeline as stacked bars, a colour for each service. What it shows stands in a table beside it, too.</summary>
internal sealed class TimelineChart(HtmlText html, TokenReport report)
{
    private const int Width = 1000;
    private const int Height = 250;
    private const int Left = 48;
    private const int Top = 24;
    private const int Bottom = 28;
    private const int BarWidth = 44;
    private const int Colours = 6;

    private static readonly int[] StepFactors = [1, 2, 5, 10];

    private readonly IReadOnlyList<ExpiryMonth> _months = report.Timeline.Months;

    private static double PlotHeight => Height - Top - Bottom;

    /// <summary>The style class that colours a service.</summary>
    public static string ColourOf(int service) => $"series-{service % Colours}";

    /// <summary>Writes the drawing.</summary>
    public void Write()
    {
        int highest = _months.Max(month => month.Total);
        int step = Step(highest);
        int top = Math.Max(step, (highest + step - 1) / step * step);

        html.WriteLine($"""<svg class="timeline" viewBox="0 0 {Width} {Height}" role="img" aria-labelledby="chart-title chart-description">""");
        html.WriteLine($"""<title id="chart-title">Tokens that expire, by month</title>""");
        html.WriteLine($"""<desc id="chart-description">{Description(highest)}</desc>""");
        for (int value = 0; value <= top; value += step)
        {
            string y = Text(Y(value, top));
            html.WriteLine($"""<line class="{(value == 0 ? "axis" : "grid")}" x1="{Left}" x2="{Width}" y1="{y}" y2="{y}"/><text class="scale" x="{Left - 8}" y="{Text(Y(value, top) + 4)}">{HtmlText.Number(value)}</text>""");
        }

        double slot = (double)(Width - Left) / _months.Count;
        for (int i = 0; i < _months.Count; i++)
        {
            WriteMonth(_months[i], Left + (slot * (i + 0.5)), top);
        }

        html.WriteLine($"</svg>");
    }

    private void WriteMonth(ExpiryMonth month, double middle, int top)
    {
        int below = 0;
        for (int service = 0; service < month.ByService.Count; service++)
        {
            int count = month.ByService[service];
            if (count > 0)
            {
                double y = Y(below + count, top);
                html.WriteLine($"""<rect class="{ColourOf(service)}" x="{Text(middle - (BarWidth / 2))}" y="{Text(y)}" width="{BarWidth}" height="{Text(Y(below, top) - y)}"><title>{report.Services[service]}, {Name(month)}: {HtmlText.Number(count)}</title></rect>""");
            }

            below += count;
        }

        html.WriteLine($"""<text class="value" x="{Text(middle)}" y="{Text(Y(below, top) - 6)}">{HtmlText.Number(below)}</text><text class="month" x="{Text(middle)}" y="{Height - 8}">{month.Start.ToString("MMM yyyy", CultureInfo.InvariantCulture)}</text>""");
    }

    private string Description(int highest)
    {
        int total = _months.Sum(month => month.Total);
        string most = highest > 0 ? $" The most in one month, {HtmlText.Number(highest)}, in {Name(_months.First(month => month.Total == highest))}." : string.Empty;
        return $"{HtmlText.Number(total)} tokens expire from {Name(_months[0])} to {Name(_months[_months.Count - 1])}.{most} The table below has the numbers.";
    }

    // Some four lines, at 1, 2 or 5 of a power of ten.
    private static int Step(int highest)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(Math.Max(1, highest / 4.0))));
        return (int)StepFactors.Select(factor => factor * power).First(step => step * 4 >= highest);
    }

    private static double Y(int value, int top) => Top + (PlotHeight * (top - value) / top);

    private static string Name(ExpiryMonth month) => month.Start.ToString("MMMM yyyy", CultureInfo.InvariantCulture);

    private static string Text(double number) => number.ToString("0.#", CultureInfo.InvariantCulture);
}
