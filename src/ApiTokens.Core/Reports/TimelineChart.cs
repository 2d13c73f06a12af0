using System.Globalization;

namespace ApiTokens.Reports;

/// <summary>
/// Draws the months of a timeline as stacked bars with a color for each service. The page also has the numbers as a table.
/// </summary>
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

    /// <summary>Returns the style class with the color of a service.</summary>
    public static string ColourOf(int service) => $"series-{service % Colours}";

    /// <summary>Writes the chart.</summary>
    public void Write()
    {
        int highest = _months.Max(month => month.Total);
        int step = Step(highest);
        int top = Math.Max(step, (highest + step - 1) / step * step);

        html.Write($"""<svg class="timeline" viewBox="0 0 {Width} {Height}" role="img" """);
        html.WriteLine($"""aria-labelledby="chart-title chart-description">""");
        html.WriteLine($"""<title id="chart-title">Tokens that expire, by month</title>""");
        html.WriteLine($"""<desc id="chart-description">{Description(highest)}</desc>""");
        for (int value = 0; value <= top; value += step)
        {
            string y = Text(Y(value, top));
            html.Write($"""<line class="{(value == 0 ? "axis" : "grid")}" x1="{Left}" x2="{Width}" y1="{y}" y2="{y}"/>""");
            html.WriteLine($"""<text class="scale" x="{Left - 8}" y="{Text(Y(value, top) + 4)}">{HtmlText.Number(value)}</text>""");
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
                html.Write($"""<rect class="{ColourOf(service)}" x="{Text(middle - (BarWidth / 2))}" y="{Text(y)}" """);
                html.Write($"""width="{BarWidth}" height="{Text(Y(below, top) - y)}">""");
                html.WriteLine($"""<title>{report.Services[service]}, {Name(month)}: {HtmlText.Number(count)}</title></rect>""");
            }

            below += count;
        }

        string label = month.Start.ToString("MMM yyyy", CultureInfo.InvariantCulture);
        html.Write($"""<text class="value" x="{Text(middle)}" y="{Text(Y(below, top) - 6)}">{HtmlText.Number(below)}</text>""");
        html.WriteLine($"""<text class="month" x="{Text(middle)}" y="{Height - 8}">{label}</text>""");
    }

    private string Description(int highest)
    {
        int total = _months.Sum(month => month.Total);
        string maximum = highest > 0
            ? $" The maximum is {HtmlText.Number(highest)}, in {Name(_months.First(month => month.Total == highest))}."
            : string.Empty;
        return $"{HtmlText.Number(total)} tokens expire from {Name(_months[0])} to {Name(_months[_months.Count - 1])}.{maximum} "
            + "The table below has the numbers.";
    }

    // About four grid lines, at 1, 2 or 5 times a power of ten.
    private static int Step(int highest)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(Math.Max(1, highest / 4.0))));
        return (int)StepFactors.Select(factor => factor * power).First(step => step * 4 >= highest);
    }

    private static double Y(int value, int top) => Top + (PlotHeight * (top - value) / top);

    private static string Name(ExpiryMonth month) => month.Start.ToString("MMMM yyyy", CultureInfo.InvariantCulture);

    private static string Text(double number) => number.ToString("0.#", CultureInfo.InvariantCulture);
}
