using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests;

/// <summary>New-ApiToken never grants everything, or forever, because a parameter is missing.</summary>
public sealed class NewTokenDefaultsTests(SandboxFixture fixture) : CmdletTest(fixture)
{
    /// <summary>Each subset of a service's parameters, as the parameters of New-ApiToken.</summary>
    public static TheoryData<string, string> SubsetsOfParameters
    {
        get
        {
            Dictionary<string, string[]> parameters = new()
            {
                ["devo"] = ["-User user@example.com", "-Audience apiv2", "-Scope 'table://my.app.table level://admin'"],
                ["wegnology"] = ["-Scope ReadOnly", "-ExpiresIn 30d", "-Description 'what for'"],
                ["gcore"] = ["-Role Users", "-ExpiresIn 30d", "-Description 'what for'"],
                ["application-users"] = ["-User jdoe", "-Access vendor=Read", "-ExpirationMonths 3"],
            };
            TheoryData<string, string> cases = [];
            foreach ((string connection, string[] all) in parameters)
            {
                for (int subset = 0; subset < 1 << all.Length; subset++)
                {
                    cases.Add(connection, string.Join(' ', all.Where((_, i) => (subset & (1 << i)) != 0)));
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(SubsetsOfParameters))]
    public void New_AnyParametersLeftOut_GrantsNeitherEverythingNorForeverSilently(string connection, string parameters)
    {
        int before = Sandbox.Count().Writes;
        RunResult result = Run($"New-ApiToken -Connection {connection} -Name {NewName()} {parameters}");
        if (result.Errors.Count > 0)
        {
            Assert.Equal(before, Sandbox.Count().Writes);
            Assert.NotEmpty(result.Error.Advice());
            return;
        }

        Assert.DoesNotContain("TooBroad", Output("param($Token) $Token | Test-ApiToken", result.Single).Texts("RuleId"));
        Assert.True(
            result.Single.Time("ExpiresAt") is not null || result.Warnings.Any(warning => warning.Contains("never expires")),
            $"{connection} {parameters} issued a token that never expires, without a warning.");
    }

    [Fact]
    public void New_WegnologyWithoutScope_IsRefused()
    {
        ErrorRecord error = AssertRefused("InvalidScope", "New-ApiToken -Connection wegnology -Name everything");
        Assert.Contains("All, ReadOnly, Cli", error.ErrorDetails.RecommendedAction);
    }

    [Fact]
    public void New_DevoWithoutScope_IsRefused()
    {
        ErrorRecord error = AssertRefused(
            "InvalidScope", "New-ApiToken -Connection devo -Name everything -User user@example.com -Audience apiv2");
        Assert.Contains("'table://*.** level://admin' covers every table", error.ErrorDetails.RecommendedAction);
    }

    [Fact]
    public void New_GcoreWithoutExpiry_IsRefused()
    {
        ErrorRecord error = AssertRefused("InvalidExpiresIn", "New-ApiToken -Connection gcore -Name forever -Role Users");
        Assert.Contains("-NeverExpires", error.ErrorDetails.RecommendedAction);
    }

    [Theory]
    [InlineData("wegnology", "-Connection wegnology")]
    [InlineData("devo", "-Connection devo -User user@example.com")]
    [InlineData("gcore", "-Connection gcore -ExpiresIn 1d")]
    [InlineData("application-users", "-Connection application-users -User jdoe")]
    public void New_PermissionsFromPipeline_AreRefused(string connection, string parameters)
    {
        RunResult result = Run($"Get-ApiTokenPermission -Connection {connection} | New-ApiToken -Name piped {parameters}");

        Assert.NotNull(result.Terminating);
        Assert.Contains("from the pipeline", result.Error.Exception.Message);
        Assert.Empty(Output("param($Connection) Get-ApiToken piped* -Connection $Connection", connection));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("-NeverExpires", false)]
    [InlineData("-ExpiresIn 90d", false)]
    public void New_WegnologyThatNeverExpires_WarnsUnlessRequested(string expiry, bool warns)
    {
        RunResult result = Run($"'a', 'b' | ForEach-Object {{ [pscustomobject]@{{ Name = $_ }} }} "
            + $"| New-ApiToken -Connection wegnology -Scope ReadOnly {expiry}");

        Assert.Equal(2, result.ShouldSucceed().Output.Count);
        Assert.Equal(warns ? 1 : 0, result.Warnings.Count(warning => warning.Contains("-ExpiresIn 90d")));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("-Access vendor=Read", false)]
    [InlineData("-ApplyToAll Read", false)]
    public void New_ApplicationUsersWithoutAccess_WarnsOnce(string access, bool warns)
    {
        RunResult result = Run($"'a', 'b' | ForEach-Object {{ [pscustomobject]@{{ Name = $_ }} }} "
            + $"| New-ApiToken -Connection application-users -User jdoe {access}");

        Assert.Equal(2, result.ShouldSucceed().Output.Count);
        Assert.Equal(warns ? 1 : 0, result.Warnings.Count(warning => warning.Contains("no access to any API")));
    }

    [Theory]
    [InlineData("-Connection wegnology -Scope ReadOnly, devices.get -NeverExpires", "(scope: ReadOnly devices.get; expires: never)")]
    [InlineData("-Connection gcore -Role Users -ExpiresAt 2031-01-02T00:00:00Z", "(role: Users; expires: 2031-01-02 00:00Z)")]
    [InlineData(
        "-Connection devo -User user@example.com -Audience apiv2 -Scope 'table://my.app level://user'",
        "(scope: table://my.app level://user; audience: apiv2)")]
    [InlineData(
        "-Connection application-users -User jdoe -Access vendor=Full -ApplyToAll Read", "(access: vendor=Full; every API: Read)")]
    public void New_WhatIf_NamesPermissionsAndExpiry(string parameters, string expected)
    {
        int before = Sandbox.Count().Writes;

        Run($"New-ApiToken -Name planned {parameters} -WhatIf").ShouldSucceed();

        Assert.Contains(Session.Host.Lines, line => line.Contains($"'planned' {expected} on "));
        Assert.Equal(before, Sandbox.Count().Writes);
    }

    [Theory]
    [InlineData("@{ vendor = 'Full Access'; location = 'read access' }", "Full", "Read")]
    [InlineData("'vendor=Full'", "Full", "None")]
    [InlineData("@{ vendor = 'No Access'; location = 'Full' }", "None", "Full")]
    public void New_WordsOfTheForm_AreAccessLevels(string access, string vendor, string location)
    {
        PSObject token = Single($"New-ApiToken -Connection application-users -User jdoe -Access {access}");

        Assert.Equal((vendor, location), ($"{token.Access()["vendor"]}", $"{token.Access()["location"]}"));
    }

    [Theory]
    [InlineData("Full Access", "Full")]
    [InlineData("read access", "Read")]
    [InlineData("Read", "Read")]
    public void New_WordsOfTheForm_AreTheLevelOfAllApis(string level, string expected)
    {
        PSObject token = Single("param($Level) New-ApiToken -Connection application-users -User jdoe -ApplyToAll $Level", level);
        Assert.All(token.Access().Values, value => Assert.Equal(expected, value));

        PSObject changed = Single("param($Token) $Token | Set-ApiToken -ApplyToAll 'No Access' -Access vendor=Read -PassThru", token);
        Assert.Equal(("Read", "None"), (changed.Access()["vendor"], changed.Access()["location"]));

        PSObject renewed = Single("param($Token, $Level) $Token | Reset-ApiToken -ApplyToAll $Level", changed, level);
        Assert.All(renewed.Access().Values, value => Assert.Equal(expected, value));
    }
}
