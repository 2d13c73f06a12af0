using System.Text.RegularExpressions;
using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests;

/// <summary>What is known of a token after it was removed, and what is due to be removed.</summary>
public sealed class RemovedTokenTests(SandboxFixture fixture) : CmdletTest(fixture)
{
    [Theory]
    [ClassData(typeof(EachService))]
    public void RemovePassThru_ActiveToken_ReturnsItAsRevoked(string connection)
    {
        PSObject token = NewToken(connection);
        DateTimeOffset before = DateTimeOffset.UtcNow;

        PSObject removed = Single("param($Token) $Token | Remove-ApiToken -PassThru -Confirm:$false", token);

        Assert.Equal("Revoked", removed.Text("Status"));
        Assert.InRange(removed.Time("RevokedAt")!.Value, before.AddSeconds(-1), DateTimeOffset.UtcNow.AddSeconds(1));
        Assert.Null(token.Time("RevokedAt"));
    }

    [Fact]
    public void Get_RevokedToken_TellsWhenItWasRevoked()
    {
        PSObject token = NewToken("application-users");
        Run("param($Token) $Token | Remove-ApiToken -Confirm:$false", token).ShouldSucceed();

        Assert.NotNull(Read(token).Time("RevokedAt"));
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void FindProbe_SecretOfRemovedToken_SaysThatTheServiceRefusesIt(string connection)
    {
        PSObject token = NewToken(connection);
        Run("param($Token) $Token | Remove-ApiToken -Confirm:$false", token).ShouldSucceed();

        ErrorRecord error = Run("param($Token, $Connection) $Token | Find-ApiToken -Probe -Connection $Connection", token, connection)
            .ShouldFail("SecretNotAttributed");

        PSObject exception = PSObject.AsPSObject(error.Exception);
        Assert.Contains($"{ServiceCase.Of(connection).Service} refused it (401)", error.ToString());
        Assert.Equal(true, exception.Get("IsRefused"));
        Assert.Contains("does not work", error.Advice());
        Assert.DoesNotContain(token.Secret(), error.ToString());
        if (connection is "wegnology" or "gcore")
        {
            Assert.Equal([token.Text("Id")], exception.List("TokenIds"));
        }
    }

    [Fact]
    public void RemoveDue_NothingDue_SaysWhatIsWaiting()
    {
        (PSObject token, string journal) = ResetWithGracePeriod();

        RunResult result = Run("param($Journal) Remove-ApiToken -Due -JournalPath $Journal -Verbose", journal).ShouldSucceed();

        string expected = $"1 token is waiting. The next is '{token.Text("Name")}' ({token.Text("Id")}) on gcore, due on ";
        Assert.Contains(result.Verbose, line => line.StartsWith(expected, StringComparison.Ordinal));
        Assert.Matches($@"No token is due\. {Regex.Escape(expected)}\d{{4}}-\d\d-\d\d \d\d:\d\d UTC \(in 3 d\)\.", Session.Host.Text);
        Assert.Equal("Active", Read(token).Text("Status"));
    }

    [Fact]
    public void RemoveDueAsOf_WhatIf_ShowsWhatWillBeDue()
    {
        (PSObject token, string journal) = ResetWithGracePeriod();

        Run(
            "param($Journal, $At) Remove-ApiToken -Due -JournalPath $Journal -AsOf $At -WhatIf",
            journal, DateTimeOffset.UtcNow.AddDays(4)).ShouldSucceed();

        Assert.Contains($"'{token.Text("Name")}' ({token.Text("Id")})", Session.Host.Text);
        Assert.Equal("Active", Read(token).Text("Status"));
    }

    [Fact]
    public void RemoveDueAsOf_WithoutWhatIf_IsRefused()
    {
        (_, string journal) = ResetWithGracePeriod();

        AssertRefused(
            "InvalidAsOf", "param($Journal) Remove-ApiToken -Due -JournalPath $Journal -AsOf 2099-01-01 -Confirm:$false", journal);
    }

    [Fact]
    public void Duration_Seconds_IsAccepted()
    {
        (PSObject token, string journal) = ResetWithGracePeriod("1s");
        Eventually.True(
            () =>
            {
                Run("param($Journal) Remove-ApiToken -Due -JournalPath $Journal -Confirm:$false", journal).ShouldSucceed();
                return Run("param($Token) Get-ApiToken -Connection gcore -Id $Token.Id", token).Output
                    .All(read => read.Text("Status") == "Revoked");
            },
            "The token was not retired.");
    }

    [Fact]
    public void Remove_RevokedTokenById_ReturnsItsRecordAndKeepsTheTime()
    {
        PSObject token = NewToken("application-users");
        Run("param($Token) $Token | Remove-ApiToken -Confirm:$false", token).ShouldSucceed();
        DateTimeOffset? revokedAt = Read(token).Time("RevokedAt");

        PSObject again = Single(
            "param($Token) Remove-ApiToken -Id $Token.Id -Connection application-users -PassThru -Confirm:$false", token);

        Assert.Equal("Revoked", again.Text("Status"));
        Assert.Equal(revokedAt, again.Time("RevokedAt"));
    }

    // Gcore deletes expired tokens, and still lists them.
    [Fact]
    public void Remove_ExpiredTokenThatTheServiceDeleted_IsNoError()
    {
        PSObject token = NewToken("gcore", with: new() { ["ExpiresIn"] = TimeSpan.FromSeconds(1) });
        Eventually.True(() => Read(token).Text("Status") == "Expired", "The token was not shown as expired.");

        PSObject removed = Single("param($Token) $Token | Remove-ApiToken -PassThru -Confirm:$false", Read(token));
        PSObject again = Single("param($Token) $Token | Remove-ApiToken -PassThru -Confirm:$false", Read(token));

        Assert.Equal(token.Text("Id"), removed.Text("Id"));
        Assert.Equal(token.Text("Id"), again.Text("Id"));
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void Remove_UnknownToken_IsAnError(string connection)
    {
        PSObject token = NewToken(connection);
        string id = connection == "wegnology" ? "5e00000000000000000000aa"
            : connection == "application-users" ? Guid.NewGuid().ToString() : "987654321";

        Run("param($Token, $Id) Remove-ApiToken -Id $Id -Connection $Token.Connection -Confirm:$false", token, id)
            .ShouldFail("ObjectNotFound");
    }

    private (PSObject Token, string Journal) ResetWithGracePeriod(string period = "3d")
    {
        string journal = NewPath(".jsonl");
        PSObject token = NewToken("gcore");
        Run(
            "param($Token, $Journal, $Period) $null = $Token | Reset-ApiToken -GracePeriod $Period -JournalPath $Journal -Confirm:$false",
            token, journal, period).ShouldSucceed();
        Session.Host.Clear();
        return (token, journal);
    }
}
