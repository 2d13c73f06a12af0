using System.Collections;
using System.Globalization;

namespace ApiTokens.PowerShell.Completion;

/// <summary>
/// Completes nothing. PowerShell completes the names of files for a parameter without a completer, which is wrong for text and numbers.
/// </summary>
public sealed class NoFileCompleter : Completer
{
    internal override IEnumerable<Candidate> Candidates(IDictionary bound) => [];
}

/// <summary>Completes the usual lifetimes of a token.</summary>
public sealed class LifetimeCompleter : Completer
{
    internal override IEnumerable<Candidate> Candidates(IDictionary bound) =>
    [
        new("1d", Tip: "one day"), new("7d", Tip: "7 days"), new("30d", Tip: "30 days"), new("90d", Tip: "90 days"),
        new("6mo", Tip: "6 calendar months"), new("1y", Tip: "one year"),
    ];
}

/// <summary>Completes usual periods.</summary>
public sealed class PeriodCompleter : Completer
{
    internal override IEnumerable<Candidate> Candidates(IDictionary bound) =>
    [
        new("12h", Tip: "12 hours"), new("1d", Tip: "one day"), new("7d", Tip: "7 days"), new("14d", Tip: "14 days"),
        new("30d", Tip: "30 days"), new("90d", Tip: "90 days"),
    ];
}

/// <summary>Completes the lifetimes in months that Application Users offers (contracts/application-users.md, 2.2).</summary>
public sealed class MonthsCompleter : Completer
{
    internal override IEnumerable<Candidate> Candidates(IDictionary bound) =>
        [new("3", Tip: "3 calendar months"), new("6", Tip: "6 calendar months"), new("12", Tip: "12 calendar months")];
}

/// <summary>Completes days, as dates.</summary>
public sealed class DateCompleter : Completer
{
    private static readonly (int Days, string Tip)[] Days =
        [(0, "today"), (1, "tomorrow"), (7, "in 7 days"), (30, "in 30 days"), (90, "in 90 days"), (365, "in a year")];

    internal override IEnumerable<Candidate> Candidates(IDictionary bound) =>
        Days.Select(day => new Candidate(
            Clock.UtcNow.AddDays(day.Days).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), Tip: day.Tip));
}
