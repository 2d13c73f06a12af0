using System.Diagnostics;

namespace ApiTokens.Core.Tests.Model;

/// <summary>Patterns match as in PowerShell; the expected results were taken from its WildcardPattern.</summary>
public sealed class NamePatternTests
{
    [Theory]
    [InlineData("ci", "ci", true)]
    [InlineData("ci", "CI", true)]
    [InlineData("ci", "cis", false)]
    [InlineData("", "", true)]
    [InlineData("", "a", false)]
    [InlineData("*", "", true)]
    [InlineData("*", "any\nthing", true)]
    [InlineData("ci*", "ci-1", true)]
    [InlineData("*ci", "my-ci", true)]
    [InlineData("*ci*", "acib", true)]
    [InlineData("a*b*c", "a-b-b-c", true)]
    [InlineData("a*b*c", "a-c-b", false)]
    [InlineData("a**b", "ab", true)]
    [InlineData("c?", "ci", true)]
    [InlineData("c?", "c", false)]
    [InlineData("c?", "cii", false)]
    [InlineData("[a-c]x", "bx", true)]
    [InlineData("[a-c]x", "Bx", true)]
    [InlineData("[a-c]x", "dx", false)]
    [InlineData("[abc]x", "cx", true)]
    [InlineData("[-a]x", "-x", true)]
    [InlineData("[a-]x", "-x", true)]
    [InlineData("[a`-c]x", "bx", false)]
    [InlineData("[a`-c]x", "-x", true)]
    [InlineData("[x-z0-3]*", "2b", true)]
    [InlineData("[x-z0-3]*", "4b", false)]
    [InlineData("a`", "a`", true)]
    [InlineData("[^a]x", "^x", true)]
    [InlineData("[^a]x", "bx", false)]
    [InlineData("[!a]x", "!x", true)]
    [InlineData("[!a]x", "bx", false)]
    [InlineData("[\\d]", "5", false)]
    [InlineData("[\\d]", "\\", true)]
    [InlineData("[[]x", "[x", true)]
    [InlineData("[`]]x", "]x", true)]
    [InlineData("[`-]x", "-x", true)]
    [InlineData("`*", "*", true)]
    [InlineData("`*", "a", false)]
    [InlineData("`?", "?", true)]
    [InlineData("`[a`]", "[a]", true)]
    [InlineData("``", "`", true)]
    [InlineData("a`b", "ab", true)]
    [InlineData("a]b", "a]b", true)]
    [InlineData("a.b", "axb", false)]
    [InlineData("a+b", "a+b", true)]
    [InlineData("(x)|y$", "(x)|y$", true)]
    [InlineData("{1}", "{1}", true)]
    [InlineData("É*", "été", true)]
    public void IsMatch_Pattern_MatchesAsInPowerShell(string pattern, string name, bool expected)
    {
        Assert.Equal(expected, new NamePattern(pattern).IsMatch(name));
    }

    [Theory]
    [InlineData("ci")]
    [InlineData("a*b?c[d]e`f")]
    [InlineData("[")]
    [InlineData("]")]
    [InlineData("`")]
    [InlineData("100% (sure) \\ ^$.|+")]
    public void Literal_Name_MatchesOnlyThatName(string name)
    {
        var pattern = NamePattern.Literal(name);

        Assert.True(pattern.IsMatch(name));
        Assert.False(pattern.IsMatch(name + "x"));
        Assert.False(pattern.IsMatch("x"));
    }

    [Theory]
    [InlineData("*", true)]
    [InlineData("**", true)]
    [InlineData("", false)]
    [InlineData("*a", false)]
    public void MatchesEverything_OnlyStars_IsTrue(string pattern, bool expected)
    {
        Assert.Equal(expected, new NamePattern(pattern).MatchesEverything);
    }

    [Theory]
    [InlineData("ci", false)]
    [InlineData("c*", true)]
    [InlineData("c?", true)]
    [InlineData("[c]i", true)]
    [InlineData("c]i`", false)]
    public void HasWildcards_Text_DetectsWildcards(string text, bool expected)
    {
        Assert.Equal(expected, NamePattern.HasWildcards(text));
    }

    [Theory]
    [InlineData("[a")]
    [InlineData("x[")]
    [InlineData("[]")]
    [InlineData("`")]
    public void IsMatch_UnbalancedBracketOrBacktick_MatchesLiterally(string name)
    {
        Assert.True(new NamePattern(name).IsMatch(name));
    }

    [Theory]
    [InlineData("[z-a]")]
    [InlineData("ci-[9-0]*")]
    public void Constructor_InvalidRange_ThrowsInvalidName(string pattern)
    {
        var error = Assert.Throws<ApiTokenException>(() => new NamePattern(pattern));

        Assert.Equal(("InvalidName", ErrorKind.InvalidArgument), (error.ErrorId, error.Kind));
        Assert.Contains(pattern, error.Message);
    }

    [Fact]
    public void IsMatch_PathologicalPattern_IsFast()
    {
        var pattern = new NamePattern(string.Concat(Enumerable.Repeat("*a", 30)) + "*b");
        var watch = Stopwatch.StartNew();

        Assert.False(pattern.IsMatch(new string('a', 255)));

        // With backtracking this would never finish; without it, it takes far less than the limit.
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }
}
