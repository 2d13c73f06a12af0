using System.Diagnostics;

namespace ApiTokens.Core.Tests.Model;

/// <summary>Patterns mean what they mean to PowerShell; the expectations were taken from its own WildcardPattern.</summary>
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
    public void A_pattern_fits_as_in_PowerShell(string pattern, string name, bool fits)
    {
        Assert.Equal(fits, new NamePattern(pattern).IsMatch(name));
    }

    [Theory]
    [InlineData("ci")]
    [InlineData("a*b?c[d]e`f")]
    [InlineData("[")]
    [InlineData("]")]
    [InlineData("`")]
    [InlineData("100% (sure) \\ ^$.|+")]
    public void A_literal_pattern_fits_its_name_and_no_other(string name)
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
    public void Stars_alone_fit_everything(string pattern, bool everything)
    {
        Assert.Equal(everything, new NamePattern(pattern).MatchesEverything);
    }

    [Theory]
    [InlineData("ci", false)]
    [InlineData("c*", true)]
    [InlineData("c?", true)]
    [InlineData("[c]i", true)]
    [InlineData("c]i`", false)]
    public void Wildcards_are_told_from_plain_names(string text, bool wildcards)
    {
        Assert.Equal(wildcards, NamePattern.HasWildcards(text));
    }

    [Theory]
    [InlineData("[a")]
    [InlineData("x[")]
    [InlineData("[]")]
    [InlineData("`")]
    public void A_bracket_without_its_like_stands_for_itself_where_PowerShell_knows_no_pattern(string name)
    {
        Assert.True(new NamePattern(name).IsMatch(name));
    }

    [Theory]
    [InlineData("[z-a]")]
    [InlineData("ci-[9-0]*")]
    public void A_pattern_that_is_none_is_refused_by_the_parameters_name(string pattern)
    {
        var error = Assert.Throws<ApiTokenException>(() => new NamePattern(pattern));

        Assert.Equal(("InvalidName", ErrorKind.InvalidArgument), (error.ErrorId, error.Kind));
        Assert.Contains(pattern, error.Message);
    }

    [Fact]
    public void A_contrived_pattern_is_answered()
    {
        var pattern = new NamePattern(string.Concat(Enumerable.Repeat("*a", 30)) + "*b");
        var watch = Stopwatch.StartNew();

        Assert.False(pattern.IsMatch(new string('a', 255)));

        // Backtracking would take longer than the age of the earth; anything near a second is plenty.
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }
}
