using System.Collections;
using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests;

/// <summary>Mistakes that could change or remove many tokens, and the safeguards against them.</summary>
public sealed class MisuseTests : CmdletTest
{
    private const string SecondConnection = "second";

    public MisuseTests(SandboxFixture fixture)
        : base(fixture)
    {
        // As with pwsh -NonInteractive: prompts fail.
        Session.Host.Asked = () => throw new PSInvalidOperationException("PowerShell is in NonInteractive mode.");
    }

    public static TheoryData<string, string, string> Commands => new()
    {
        { "Disable-ApiToken", "", "devo" },
        { "Enable-ApiToken", "", "devo" },
        { "Rename-ApiToken", "-NewName 'all the same'", "devo" },
        { "Set-ApiToken", "-Description 'all the same'", "wegnology" },
        { "Disable-ApiToken", "", "wegnology" },
    };

    [Theory]
    [MemberData(nameof(Commands))]
    public void AllTokens_NobodyCanBeAsked_IsRefusedAndNothingIsDone(string command, string parameters, string connection)
    {
        int before = Sandbox.Count().Writes;
        Assert.All(
            [
                $"Get-ApiToken -Connection {connection}", $"Get-ApiToken * -Connection {connection}",
                "Get-ApiToken -Name '*' -Connection '*'",
            ],
            get => Assert.Contains(
                "-Confirm:$false", RunWithDefaultPreference($"{get} | {command} {parameters}").ShouldFail("ConfirmationNeeded").Advice()));
        Assert.Equal(before, Sandbox.Count().Writes);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void AllTokens_NarrowedOrOneByOneOrWhatIf_IsNotAskedFor(string command, string parameters, string connection)
    {
        NewToken(connection, "token-1");
        Assert.All(
            [
                $"Get-ApiToken -Connection {connection} -Name 'no such*' | {command} {parameters}",
                $"Get-ApiToken -Connection {connection} | Where-Object Name -EQ 'no such' | {command} {parameters}",
                $"Get-ApiToken -Connection {connection} | ForEach-Object {{ if ($_.Name -eq 'token-1') {{ $_ | "
                    + $"{command} {parameters} -WhatIf }} }}",
                $"Get-ApiToken -Connection {connection} | {command} {parameters} -WhatIf",
            ],
            script => RunWithDefaultPreference(script).ShouldSucceed());
        Assert.Empty(Session.Host.Questions);
    }

    [Fact]
    public void AllTokens_ConfirmFalse_AreChanged()
    {
        NewTokens(40, "wegnology", "token");
        int before = Sandbox.Count().Writes;
        RunWithDefaultPreference("Get-ApiToken -Connection wegnology | Enable-ApiToken -Confirm:$false").ShouldSucceed();
        Assert.InRange(Sandbox.Count().Writes, before + 41, int.MaxValue);
    }

    [Fact]
    public void AllTokens_Force_AreChanged()
    {
        IReadOnlyList<PSObject> tokens = NewTokens(40, "devo", "forced");
        RunWithDefaultPreference(
            """
            Get-ApiToken -Connection devo -User nobody@example.com | Disable-ApiToken -Force
            Get-ApiToken -Connection devo | Where-Object Name -Like 'forced-*' | Disable-ApiToken -Force
            """).ShouldSucceed();
        Assert.All(tokens, token => Assert.False(Sandbox.Accepts(token)));
    }

    [Theory]
    [InlineData("Get-ApiToken -Connection gcore | Remove-ApiToken")]
    [InlineData("Get-ApiToken -Connection gcore | Reset-ApiToken")]
    [InlineData("Remove-ApiToken -All -User jdoe -Connection '*'")]
    public void AllTokens_RemoveOrReset_IsAskedForAsForAnyToken(string script)
    {
        int before = Sandbox.Count().Writes;
        Assert.NotEmpty(RunWithDefaultPreference(script).Errors);
        Assert.NotEmpty(Session.Host.Questions);
        Assert.Equal(before, Sandbox.Count().Writes);
    }

    [Theory]
    [InlineData("wegnology")]
    [InlineData("gcore")]
    [InlineData("application-users")]
    public void Credential_RevokedDuringMassRemoval_EndsItOnceAndTheJournalFinishesIt(string connection)
    {
        PSObject own = ConnectAgain(connection);
        string journal = NewPath(".jsonl");
        object tokens = NewTokens(40, connection, "middle")
            .Select(
                token => Single("param($Connection, $Id) Get-ApiToken -Connection $Connection -Id $Id", SecondConnection, token.Text("Id")))
                    .ToArray();
        RequestCount before = Sandbox.Count();
        try
        {
            // Another connection revokes the credential when the fifteenth token is in the pipeline and some have been removed.
            Action waitUntilSomeAreDone = () => Assert.True(SpinWait.SpinUntil(() => HasEnd(journal), TimeSpan.FromSeconds(60)));
            RunResult broken = Run(
                """
                param($Tokens, $Journal, $Wait, $OwnId, $Connection)
                $n = 0
                $Tokens | ForEach-Object {
                    if (++$n -eq 15) {
                        $Wait.Invoke()
                        Remove-ApiToken $OwnId -Connection $Connection
                    }

                    $_
                } | Remove-ApiToken -JournalPath $Journal -ThrottleLimit 4
                """,
                tokens,
                journal,
                waitUntilSomeAreDone,
                own.Text("Id"),
                connection);
            Assert.Equal("AuthenticationError", broken.Terminating?.Id());
            Assert.NotEmpty(broken.Terminating!.Advice());
            AssertFrozen(before, atMost: 22);

            string[] done = [.. JournalFile.Read(journal)
                .Where(line => line.GetProperty("event").GetString() == "end" && line.GetProperty("outcome").GetString() == "done")
                .Select(line => line.GetProperty("id").GetString()!)];
            Assert.InRange(done.Length, 1, 39);

            Output($"Disconnect-ApiTokenService {SecondConnection}");
            PSObject successor = ConnectAgain(connection);
            before = Sandbox.Count();
            Run("param($Tokens, $Journal) $Tokens | Remove-ApiToken -JournalPath $Journal", tokens, journal).ShouldSucceed();
            HashSet<string> asked = [.. Sandbox.Since(before).SelectMany(request => request.Path.Split('/'))];
            Assert.All(done, id => Assert.DoesNotContain(id, asked));
            Assert.All(
                Run(
                    "param($Tokens, $Connection) $Tokens | ForEach-Object { "
                        + "Get-ApiToken -Connection $Connection -Id $_.Id -ErrorAction Ignore }",
                    tokens,
                    connection).Output,
                token => Assert.Equal("Revoked", token.Text("Status")));
            Output("param($Token, $Connection) $Token | Remove-ApiToken -Connection $Connection", successor, connection);
        }
        finally
        {
            Run($"Get-ApiTokenService {SecondConnection} -ErrorAction Ignore | Disconnect-ApiTokenService");
        }
    }

    protected override void Dispose(bool disposing)
    {
        Session.Host.Asked = null;
        base.Dispose(disposing);
    }

    private static bool HasEnd(string journal)
    {
        Thread.Sleep(10);
        return JournalFile.Read(journal).Any(line => line.GetProperty("event").GetString() == "end");
    }

    /// <summary>Runs a script with the default of $ConfirmPreference.</summary>
    private RunResult RunWithDefaultPreference(string script) => Run($"$ConfirmPreference = 'High'; {script}");

    private IReadOnlyList<PSObject> NewTokens(int count, string connection, string prefix) => Output(
        "param($Count, $Connection, $Prefix, $More) 1..$Count | ForEach-Object { "
            + "New-ApiToken -Connection $Connection -Name \"$Prefix-$_\" @More }",
        count,
        connection,
        prefix,
        ServiceCase.Of(connection).Issue);

    /// <summary>Connects a second time with a new administrator token, and returns that token.</summary>
    private PSObject ConnectAgain(string connection)
    {
        Hashtable administrator = connection switch
        {
            "wegnology" => new() { ["Scope"] = "All" },
            "gcore" => new() { ["Role"] = "Administrators", ["ExpiresIn"] = "30d" },
            "application-users" => new() { ["User"] = "admin", ["ApplyToAll"] = "Full" },
            _ => new() { ["User"] = "admin@example.com", ["Audience"] = "credentials", ["Scope"] = "table://my.app.** level://admin" },
        };
        PSObject token = Single(
            "param($Connection, $Name, $More) New-ApiToken -Connection $Connection -Name $Name @More",
            connection,
            NewName("own"),
            administrator);
        Single(
            """
            param($Services, $Connection, $Secret, $Name)
            $service = $Services | Where-Object Service -EQ $Connection
            Connect-ApiTokenService $Connection $service.Account -Token $Secret -BaseUri $service.BaseUri -Name $Name -WarningAction Ignore
            """,
            Sandbox.Started.Get("Services"),
            connection,
            token.Get("Secret"),
            SecondConnection);
        return token;
    }
}
