using System.Globalization;

namespace ApiTokens.Simulation.Engine;

/// <summary>Everything that happened in a simulation, in order. Two runs of one seed have equal histories.</summary>
internal sealed class History(Timeline timeline)
{
    private readonly List<string> _lines = [];

    /// <summary>A hash of all lines (FNV-1a).</summary>
    public ulong Hash { get; private set; } = 14695981039346656037;

    public IReadOnlyList<string> Lines => _lines;

    public void Add(string line)
    {
        string text = string.Create(CultureInfo.InvariantCulture, $"{timeline.Now.TotalSeconds,10:0.000}  {line}");
        _lines.Add(text);
        foreach (char c in text)
        {
            Hash = (Hash ^ c) * 1099511628211;
        }
    }
}
