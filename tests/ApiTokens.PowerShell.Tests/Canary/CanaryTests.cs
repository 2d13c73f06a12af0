using System.Text.RegularExpressions;
using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests.Canary;

/// <summary>
/// Runs every cmdlet with known secrets: no stream, host text, error, journal, report or database contains one or a part of one.
/// </summary>
public sealed class CanaryTests(CanaryFixture fixture) : IClassFixture<CanaryFixture>
{
    private static readonly string[] Patterns =
    [
        "streams.txt", "host.txt", "sandbox.db*", "report.html", "report.csv", "report.json", "report.md", "report.prom", "record.*",
        "changes.*", "new-*.journal", "reset-*.journal", "grace-*.journal", "remove-*.journal", "quarantine-*.journal",
        "staged-*.journal", "use-*.journal",
    ];

    public static TheoryData<string> EachPattern => [.. Patterns];

    [Fact]
    public void Session_UsesEveryCmdlet()
    {
        Assert.NotEmpty(fixture.Cmdlets);
        Assert.All(fixture.Cmdlets, name => Assert.Contains(name, fixture.Commands));
    }

    [Fact]
    public void Session_HasIssuedSecretsOnAllServicesInAllWays()
    {
        // Seven for each service, its administrator's, the passwords and the proxy's password.
        Assert.Equal(
            (8 * ServiceCase.All.Count) + ServiceCase.All.Count(service => service.HasLogin) + 1,
            fixture.Secrets.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.All(fixture.Secrets, secret => Assert.True(secret.Length >= 12));
    }

    [Theory]
    [MemberData(nameof(EachPattern))]
    public void Files_HaveNoSecret(string pattern)
    {
        string[] files = Directory.GetFiles(fixture.Folder, pattern);
        Assert.NotEmpty(files);
        foreach (string file in files)
        {
            string text = SecretSearch.ReadAsText(file);
            IReadOnlyList<string> found = SecretSearch.Find(text, fixture.Secrets);
            Assert.True(found.Count == 0, $"{Path.GetFileName(file)} has part of: {string.Join(", ", found)}");

            // Check the search itself: it must find a part of a secret that is inserted into the middle of this file.
            string planted = fixture.Secrets[3];
            string part = planted.Substring(planted.Length - 12, 10);
            Assert.Equal([planted], SecretSearch.Find(text.Insert(text.Length / 2, part), [planted]));
        }
    }

    [Fact]
    public void Files_AreAllSearched()
    {
        string[] searched = [.. Patterns.SelectMany(pattern => Directory.GetFiles(fixture.Folder, pattern))];
        Assert.Empty(Directory.GetFileSystemEntries(fixture.Folder).Except(searched));
    }

    [Theory]
    [InlineData("host.txt", "What if: Performing the operation \"Remove API token\"")]
    [InlineData("streams.txt", "Performing the operation \"Remove API token\"")]
    [InlineData("streams.txt", "rejected")]
    [InlineData("streams.txt", "OwnTokenProtected|SecretNotAttributed")]
    [InlineData("streams.txt", "ProxyAuthenticationRequired|InvalidProxy")]
    [InlineData("streams.txt", "System.Security.SecureString")]
    [InlineData("host.txt", "System.Security.SecureString")]
    public void Session_WasVerbose(string file, string expected) =>
        Assert.Matches(new Regex(expected, RegexOptions.IgnoreCase), File.ReadAllText(Path.Combine(fixture.Folder, file)));
}
