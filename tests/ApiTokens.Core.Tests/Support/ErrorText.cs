using System.Text.RegularExpressions;

namespace ApiTokens.Core.Tests.Support;

/// <summary>Finds texts for people that are incomplete, such as an error without a recommended action.</summary>
internal static partial class ErrorText
{
    /// <summary>Returns what is wrong with the texts of an error; null if nothing is.</summary>
    public static string? FindDefect(ApiTokenException error) =>
        FindDefect(error.Message) is { } defect ? $"The message {defect}"
        : FindDefect(error.RecommendedAction) is { } missing ? $"The recommended action {missing}"
        : null;

    /// <summary>Returns what is wrong with a text; null if nothing is.</summary>
    public static string? FindDefect(string? text) =>
        string.IsNullOrWhiteSpace(text) ? "is empty."
        : Gap().Match(text) is { Success: true } gap ? $"has a gap at '{text[gap.Index..]}'."
        : null;

    // Two spaces, a space before punctuation, or empty quotes or parentheses: a part of the text is missing.
    [GeneratedRegex(@"^ | $|  | [.,;:]( |$)|\(\)|''")]
    private static partial Regex Gap();
}
