using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests;

/// <summary>
/// Reset-ApiToken -Own, and -Force on the token that the connection itself uses: the connection goes on with the new secret.
/// </summary>
public sealed class OwnCredentialTests(SandboxFixture fixture) : CmdletTest(fixture)
{
    private const string Own = "param($Path) Reset-ApiToken -Own -Connection own";

    public static TheoryData<string, string> Administrators => new()
    {
        { "devo", "-User admin@example.com -Audience credentials -Scope 'table://my.app.** level://admin'" },
        { "wegnology", "-Scope All" },
        { "gcore", "-Role Administrators -ExpiresIn 30d" },
        { "application-users", "-User admin -ApplyToAll Full" },
    };

    [Theory]
    [MemberData(nameof(Administrators))]
    public void Reset_Own_ConnectionUsesTheNewSecret(string connection, string administrator)
    {
        PSObject old = Connect(connection, administrator);
        string path = NewPath(".secret");
        PSObject successor = Single($"{Own} -Path $Path", path);
        Assert.False(Sandbox.Accepts(old));
        Assert.True(Sandbox.Accepts(successor, File.ReadAllText(path)));
        AssertWorks();

        // It is its own token now, which a second reset finds.
        PSObject second = Single(Own);
        Assert.NotEqual(successor.Text("Id"), second.Text("Id"));
        Assert.False(Sandbox.Accepts(successor, File.ReadAllText(path)));
        AssertWorks();
        AssertRefused("OwnTokenProtected", "param($Token) Reset-ApiToken $Token.Id -Connection own", second);
    }

    [Theory]
    [MemberData(nameof(Administrators))]
    public void Reset_OwnTokenWithForce_ConnectionUsesTheNewSecret(string connection, string administrator)
    {
        PSObject old = Connect(connection, administrator);
        Single("param($Token) Reset-ApiToken $Token.Id -Connection own -Force", old);
        Assert.False(Sandbox.Accepts(old));
        AssertWorks();
    }

    [Fact]
    public void Reset_Own_OtherConnectionsWithTheSameSecretUseTheNewOne()
    {
        PSObject old = Connect("gcore", "-Role Administrators -ExpiresIn 30d");
        Connect("gcore", old, "copy");
        Single(Own);
        AssertWorks();
        AssertWorks("copy");
        AssertWorks("gcore");
    }

    [Fact]
    public void Reset_Own_ConnectionsOfOtherRunspacesWithTheSameSecretUseTheNewOne()
    {
        PSObject old = Connect("gcore", "-Role Administrators -ExpiresIn 30d");
        using ModuleSession other = OpenSession();
        other.Run(
            "param($To, $Token) $null = Connect-ApiTokenService $To.Service $To.Account -Token $Token.Secret "
                + "-BaseUri $To.BaseUri -Name copy",
            Sandbox.Service("gcore"),
            old).ShouldSucceed();
        Single(Own);
        Assert.NotEmpty(other.Output("Get-ApiToken -Connection copy"));
        Assert.NotEmpty(other.Output("Get-ApiToken -Connection gcore"));
    }

    [Theory]
    [MemberData(nameof(Administrators))]
    public void Reset_OldTokenCannotBeRetired_ConnectionUsesTheOldSecret(string connection, string administrator)
    {
        PSObject old = Connect(connection, administrator);
        Sandbox.AddFault(new { kind = "status", service = connection, method = "DELETE", status = 403 });
        Sandbox.AddFault(new { kind = "status", service = connection, method = "POST", path = "*/revoke", status = 403 });
        RunResult result = Run(Own);
        Sandbox.ClearFaults();
        result.ShouldFail("PredecessorNotRemoved");
        AssertOldIsInUse(connection, old, result.Single);
    }

    [Theory]
    [InlineData("SecretNotSaved", "-Deploy { throw 'no cluster' }")]
    [InlineData("VerificationFailed", "-Verify { $false }")]
    public void Reset_DeliveryFails_ConnectionUsesTheOldSecret(string errorId, string parameters)
    {
        PSObject old = Connect("gcore", "-Role Administrators -ExpiresIn 30d");
        RunResult result = Run($"{Own} {parameters}");
        result.ShouldFail(errorId);
        AssertOldIsInUse("gcore", old, result.Single);
    }

    [Fact]
    public void Reset_ProofFails_ConnectionUsesTheOldSecret()
    {
        PSObject old = Connect("wegnology", "-Scope All");
        Sandbox.AddFault(new { kind = "status", service = "wegnology", method = "GET", path = "/wegnology/me", status = 401, count = 4 });
        RunResult result = Run(Own);
        Sandbox.ClearFaults();
        result.ShouldFail("SuccessorRefused");
        AssertOldIsInUse("wegnology", old, result.Single);
    }

    [Fact]
    public void Reset_OwnOfConnectionWithPassword_IsRefused()
    {
        PSObject service = Sandbox.Service("gcore");
        Single(
            "param($S) Connect-ApiTokenService $S.Service -Credential $S.Credential -BaseUri $S.BaseUri -Name own -WarningAction Ignore",
            service);
        ErrorRecord error = AssertRefused("OwnTokenUnknown", Own);
        Assert.Contains("Change the password", error.Advice());
    }

    [Fact]
    public void Reset_OwnWithWhatIf_ChangesNothing()
    {
        PSObject old = Connect("gcore", "-Role Administrators -ExpiresIn 30d");
        int writes = Sandbox.Count().Writes;
        Run($"{Own} -WhatIf").ShouldSucceed();
        Assert.Equal(writes, Sandbox.Count().Writes);
        Assert.Contains("which the connection uses itself", Session.Host.Text);
        Assert.DoesNotContain("refused", Session.Host.Text);
        Assert.True(Sandbox.Accepts(old));
    }

    [Fact]
    public void Reset_OwnWithGracePeriod_ConnectionUsesTheNewSecretAndBothWork()
    {
        PSObject old = Connect("gcore", "-Role Administrators -ExpiresIn 30d");
        string journal = NewPath(".jsonl");
        PSObject successor = Single($"{Own} -GracePeriod ([timespan] 1) -JournalPath $Path", journal);
        Assert.True(Sandbox.Accepts(old));
        Assert.True(Sandbox.Accepts(successor));
        Run("param($Path) Remove-ApiToken -Due -Connection own -JournalPath $Path", journal).ShouldSucceed();
        Assert.False(Sandbox.Accepts(old));
        AssertWorks();
    }

    [Theory]
    [InlineData("wegnology", "-Scope All -ExpiresIn 3d")]
    [InlineData("gcore", "-Role Administrators -ExpiresIn 3d")]
    public void Test_OwnTokenExpiresSoon_IsAnErrorOfItsOwn(string connection, string administrator)
    {
        PSObject own = Connect(connection, administrator);
        PSObject found = Single("Test-ApiToken -Connection own -Rule OwnCredentialExpiring");
        Assert.Equal((own.Text("Id"), "Error"), (found.Text("Id"), found.Text("Severity")));
        Assert.Contains("The connection 'own' itself uses", found.Text("Message"));
        Assert.Empty(Output("param($Name) Test-ApiToken -Connection $Name -Rule OwnCredentialExpiring", connection));
    }

    protected override void Dispose(bool disposing)
    {
        Run("Get-ApiTokenService | ForEach-Object { if ($_.Name -in 'own', 'copy') { $_ | Disconnect-ApiTokenService } }");
        base.Dispose(disposing);
    }

    private PSObject Connect(string connection, string administrator)
    {
        PSObject token = Single(
            $"param($Connection, $Name) New-ApiToken -Connection $Connection -Name $Name {administrator} -WarningAction Ignore",
            connection,
            NewName("own"));
        Connect(connection, token, "own");
        return token;
    }

    private void Connect(string connection, PSObject token, string name) => Single(
        "param($To, $Token, $Name) Connect-ApiTokenService $To.Service $To.Account -Token $Token.Secret -BaseUri $To.BaseUri "
            + "-Name $Name -WarningAction Ignore",
        Sandbox.Service(connection),
        token,
        name);

    private void AssertWorks(string connection = "own") =>
        Assert.NotEmpty(Output("param($Name) Get-ApiToken -Connection $Name", connection));

    // Without the new token, only the old secret works.
    private void AssertOldIsInUse(string connection, PSObject old, PSObject successor)
    {
        Run("param($Id, $Connection) Remove-ApiToken $Id -Connection $Connection", successor.Text("Id"), connection).ShouldSucceed();
        Assert.True(Sandbox.Accepts(old));
        AssertWorks();
    }
}
