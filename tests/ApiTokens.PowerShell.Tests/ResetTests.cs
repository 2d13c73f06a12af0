using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests;

/// <summary>Reset-ApiToken: rotates a secret without downtime.</summary>
public sealed class ResetTests(SandboxFixture fixture) : CmdletTest(fixture)
{
    public static TheoryData<string> WithSuccessor => ServiceCase.Where(service => !service.InPlace);

    [Theory]
    [ClassData(typeof(EachService))]
    public void Reset_CompleteToken_GivesTheSameWithAnotherSecret(string connection)
    {
        PSObject old = NewToken(connection, with: ServiceCase.Of(connection).Complete);

        PSObject renewed = Single("param($Token) $Token | Reset-ApiToken", old);

        Assert.IsType<System.Security.SecureString>(renewed.Get("Secret"));
        Assert.NotEqual(old.Secret(), renewed.Secret());
        foreach (string property in (string[])["Connection", "Service", "Account", "Name", "Description", "Owner", "Role", "Status"])
        {
            Assert.True(
                old.Text(property) == renewed.Text(property), $"{property} is '{renewed.Text(property)}' and was '{old.Text(property)}'.");
        }

        Assert.Equal(old.List("Scope"), renewed.List("Scope"));
        Assert.Equal(old.List("Audience"), renewed.List("Audience"));
        Assert.Equal(old.Access().OrderBy(access => access.Key), renewed.Access().OrderBy(access => access.Key));
        Assert.Equal(connection == "application-users", old.Access().Count > 0);
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void Reset_NoExpiryGiven_KeepsTheLifetime(string connection)
    {
        PSObject old = NewToken(connection, with: ServiceCase.Of(connection).Complete);
        PSObject renewed = Single("param($Token) $Token | Reset-ApiToken", old);
        TimeSpan lifetime = old.Time("ExpiresAt")!.Value - old.Time("CreatedAt")!.Value;
        Assert.Equal(DateTimeOffset.UtcNow + lifetime, renewed.Time("ExpiresAt")!.Value, TimeSpan.FromMinutes(1));
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void Reset_ById_OldSecretIsRejectedAndNewOneAccepted(string connection)
    {
        PSObject old = NewToken(connection);
        PSObject renewed = Single("param($Id, $Connection) Reset-ApiToken $Id -Connection $Connection", old.Text("Id"), connection);
        Assert.True(Sandbox.Accepts(renewed));
        Assert.False(Sandbox.Accepts(old));
        IReadOnlyList<PSObject> listed = Output(
            "param($Connection, $Name) Get-ApiToken -Connection $Connection | Where-Object Name -EQ $Name", connection, old.Text("Name"));
        Assert.Equal(renewed.Text("Id"), Assert.Single(listed).Text("Id"));
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void Reset_ManyTokensFromPipeline_RenewsEach(string connection)
    {
        PSObject[] old = NewTokens(12, connection);
        IReadOnlyList<PSObject> renewed = Output("param($Tokens) $Tokens | Reset-ApiToken", [old]);
        Assert.Equal(old.Texts("Name").Order(), renewed.Texts("Name").Order());
        Assert.All(renewed, token => Assert.True(Sandbox.Accepts(token)));
        Assert.All(old, token => Assert.False(Sandbox.Accepts(token)));
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void Reset_AsPlainText_GivesTheSecretAsText(string connection)
    {
        PSObject renewed = Single("param($Token) $Token | Reset-ApiToken -AsPlainText", NewToken(connection));
        Assert.True(Sandbox.Accepts(renewed, Assert.IsType<string>(renewed.Get("Secret"))));
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void Reset_UnusedId_IsRefused(string connection) =>
        AssertRefused(
            "ObjectNotFound",
            "param($Id, $Connection) Reset-ApiToken $Id -Connection $Connection",
            ServiceCase.Of(connection).UnusedId,
            connection);

    [Theory]
    [InlineData("wegnology")]
    [InlineData("gcore")]
    public void Reset_ExpiryGiven_ReplacesTheLifetime(string connection)
    {
        PSObject renewed = Single("param($Token) $Token | Reset-ApiToken -ExpiresIn 3d", NewToken(connection));
        Assert.Equal(DateTimeOffset.UtcNow.AddDays(3), renewed.Time("ExpiresAt")!.Value, TimeSpan.FromMinutes(1));

        DateTimeOffset moment = DateTimeOffset.UtcNow.AddDays(77);
        renewed = Single("param($Token, $Moment) $Token | Reset-ApiToken -ExpiresAt $Moment", renewed, moment);
        Assert.Equal(moment, renewed.Time("ExpiresAt")!.Value, TimeSpan.FromSeconds(1));

        renewed = Single("param($Token) $Token | Reset-ApiToken -NeverExpires", renewed);
        Assert.Null(renewed.Time("ExpiresAt"));

        // A token that never expires keeps no expiry.
        Assert.Null(Single("param($Token) $Token | Reset-ApiToken", renewed).Time("ExpiresAt"));
    }

    [Fact]
    public void Reset_ExpirationMonthsOnApplicationUsers_CanBeThreeSixOrTwelve()
    {
        PSObject token = NewToken("application-users");
        foreach (int months in (int[])[3, 12, 6])
        {
            PSObject renewed = Single("param($Token, $Months) $Token | Reset-ApiToken -ExpirationMonths $Months", token, months);
            Assert.Equal(DateTimeOffset.UtcNow.AddMonths(months), renewed.Time("ExpiresAt")!.Value, TimeSpan.FromMinutes(1));
        }
    }

    [Theory]
    [InlineData("devo", "-ExpiresIn 3d", "OperationNotSupported")]
    [InlineData("devo", "-NeverExpires", "OperationNotSupported")]
    [InlineData("application-users", "-ExpirationMonths 5", "InvalidExpirationMonths")]
    [InlineData("application-users", "-NeverExpires", "InvalidExpirationMonths")]
    [InlineData("gcore", "-ExpiresAt ([DateTimeOffset]::UtcNow.AddDays(-1))", "InvalidExpiresAt")]
    [InlineData("wegnology", "-ExpiresIn ([timespan]'-1')", "InvalidExpiresIn")]
    [InlineData("wegnology", "-ExpiresIn 1d -NeverExpires", "InvalidExpiresIn")]
    public void Reset_InvalidExpiry_IsRefused(string connection, string expiry, string errorId)
    {
        PSObject token = NewToken(connection);
        AssertRefused(errorId, $"param($Token) $Token | Reset-ApiToken {expiry}", token);
        Assert.True(Sandbox.Accepts(token));
    }

    [Fact]
    public void Reset_RevokedToken_IsRefused()
    {
        PSObject token = NewToken("application-users");
        Output("param($Token) $Token | Remove-ApiToken", token);
        AssertRefused("TokenRevoked", "param($Token) $Token | Reset-ApiToken", token);
    }

    [Theory]
    [MemberData(nameof(WithSuccessor))]
    public void Reset_PipelineEndsAfterTheFirstObject_KeepsThePredecessorsOfTheOthers(string connection)
    {
        PSObject[] old = NewTokens(12, connection);
        PSObject delivered = Single("param($Tokens) $Tokens | Reset-ApiToken -ThrottleLimit 3 | Select-First 1", [old]);
        Assert.True(Sandbox.Accepts(delivered));

        // The secrets of their new tokens were not delivered.
        PSObject[] others = [.. old.Where(token => token.Text("Name") != delivered.Text("Name"))];
        Assert.Equal(11, others.Length);
        Assert.All(others, token => Assert.True(Sandbox.Accepts(token)));
    }

    [Theory]
    [MemberData(nameof(WithSuccessor))]
    public void Reset_ErrorFurtherDownThePipeline_KeepsThePredecessorsOfTheOthers(string connection)
    {
        PSObject[] old = NewTokens(12, connection);
        List<string> taken = [];
        RunResult result = Run(
            """
            param($Tokens, $Taken)
            $Tokens | Reset-ApiToken -ThrottleLimit 3 | ForEach-Object {
                if ($Taken.Count -eq 3) {
                    throw 'the vault is full'
                }

                $Taken.Add($_.Name)
            }
            """,
            old,
            taken);
        Assert.Equal("the vault is full", result.Terminating!.Exception.Message);
        Assert.Single(result.Errors);
        Assert.Equal(3, taken.Count);

        // The secrets of their new tokens were not kept.
        PSObject[] others = [.. old.Where(token => !taken.Contains(token.Text("Name")))];
        Assert.Equal(9, others.Length);
        Assert.All(others, token => Assert.True(Sandbox.Accepts(token)));
    }

    [Theory]
    [MemberData(nameof(WithSuccessor))]
    public void Reset_AllSuccessorsDelivered_RemovesAllPredecessors(string connection)
    {
        PSObject[] old = NewTokens(12, connection);
        IReadOnlyList<PSObject> delivered = Output("param($Tokens) $Tokens | Reset-ApiToken -ThrottleLimit 1", [old]);
        Assert.Equal(12, delivered.Count);
        Assert.All(delivered, token => Assert.True(Sandbox.Accepts(token)));
        Assert.All(old, token => Assert.False(Sandbox.Accepts(token)));
    }

    [Theory]
    [MemberData(nameof(WithSuccessor))]
    public void Reset_SuccessorOnItsWayDownThePipeline_BothSecretsAreAccepted(string connection)
    {
        PSObject old = NewToken(connection);
        List<bool> accepted = [];
        var check = new Action<object>(successor =>
        {
            accepted.Add(Sandbox.Accepts(old));
            accepted.Add(Sandbox.Accepts(PSObject.AsPSObject(successor)));
        });
        Output("param($Token, $Check) $Token | Reset-ApiToken | ForEach-Object { $Check.Invoke($_) }", old, check);
        Assert.Equal([true, true], accepted);
        Assert.False(Sandbox.Accepts(old));
    }

    private PSObject[] NewTokens(int count, string connection) => [.. Enumerable.Range(0, count).Select(_ => NewToken(connection))];
}
