using System.Reflection;
using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests;

/// <summary>
/// The impact of each cmdlet, -WhatIf, and what cmdlets that change tokens write. -Confirm: <see cref="ConfirmationTests"/>.
/// </summary>
public sealed class ShouldProcessTests(SandboxFixture fixture) : CmdletTest(fixture)
{
    [Theory]
    [InlineData("New-ApiToken", ConfirmImpact.Low)]
    [InlineData("Set-ApiToken", ConfirmImpact.Medium)]
    [InlineData("Enable-ApiToken", ConfirmImpact.Low)]
    [InlineData("Disable-ApiToken", ConfirmImpact.Medium)]
    [InlineData("Rename-ApiToken", ConfirmImpact.Low)]
    [InlineData("Remove-ApiToken", ConfirmImpact.High)]
    [InlineData("Reset-ApiToken", ConfirmImpact.High)]
    public void ConfirmImpact_OfACommandThatChangesTokens_IsDeclared(string command, ConfirmImpact impact)
    {
        var type = (Type)Single("param($Command) (Get-Command $Command).ImplementingType", command).BaseObject;
        CmdletAttribute attribute = type.GetCustomAttribute<CmdletAttribute>(inherit: false)!;
        Assert.True(attribute.SupportsShouldProcess);
        Assert.Equal(impact, attribute.ConfirmImpact);
    }

    [Theory]
    [InlineData("Get-ApiToken")]
    [InlineData("Get-ApiTokenService")]
    [InlineData("Get-ApiTokenPermission")]
    [InlineData("Get-ApiTokenSandbox")]
    public void WhatIf_OfACommandThatChangesNoToken_IsNoParameter(string command) =>
        Assert.False(Session.Value<bool>("param($Command) (Get-Command $Command).Parameters.ContainsKey('WhatIf')", command));

    [Theory]
    [ClassData(typeof(WriteCommandsAndReset))]
    public void WhatIf_ByObjectIdAndName_SendsNoWriteRequest(string command, string connection)
    {
        PSObject token = NewToken(connection);
        int before = Sandbox.Count().Writes;

        Assert.Empty(Output(
            $$"""
            param($Token)
            $Token | {{command}} -WhatIf
            {{command}} -Token $Token.Id -Connection $Token.Connection -WhatIf
            {{command}} -Token $Token.Name -Connection $Token.Connection -WhatIf
            """,
            token));

        Assert.Equal(before, Sandbox.Count().Writes);
        Assert.Collection(
            WhatIfLines(),
            line => Assert.Contains(token.Text("Name"), line),
            line => Assert.Contains(token.Text("Id"), line),
            line => Assert.Contains(token.Text("Name"), line));
        Assert.True(Sandbox.Accepts(token));
        Assert.Equal(token.Text("Name"), Read(token).Text("Name"));
    }

    // 7003 belongs to another user than the administrator of the connection.
    [Fact]
    public void WhatIf_ResetOfAnotherUsersToken_SaysWhomTheNewTokenBelongsTo()
    {
        Run("Get-ApiToken -Connection gcore -Id 7003 | Reset-ApiToken -WhatIf").ShouldSucceed();
        Run("Reset-ApiToken -Id 7003 -Connection gcore -WhatIf").ShouldSucceed();
        PSObject own = NewToken("gcore");
        Run("param($Token) Get-ApiToken -Connection gcore -Id $Token.Id | Reset-ApiToken -WhatIf", own).ShouldSucceed();
        Run("Get-ApiToken -Connection wegnology 'report reader' | Reset-ApiToken -WhatIf").ShouldSucceed();

        Assert.Collection(
            WhatIfLines(),
            line => Assert.Contains("the new token will belong to the user of the connection, not to user@example.com", line),
            line => Assert.Contains("the new token will belong to the user of the connection, not to user@example.com", line),
            line => Assert.DoesNotContain("belong", line),
            line => Assert.DoesNotContain("belong", line));
    }

    // Whom the new token belongs to is read only for a prompt.
    [Fact]
    public void Reset_WithoutPrompt_SendsNoRequestForPrompt()
    {
        PSObject piped = NewToken("gcore");
        PSObject byId = NewToken("gcore");
        long before = Sandbox.Count().Total;
        Run("param($Token) Get-ApiToken -Connection gcore -Id $Token.Id | Reset-ApiToken -Confirm:$false", piped).ShouldSucceed();
        long needed = Sandbox.Count().Total - before - 1;
        Run("param($Token) Reset-ApiToken -Id $Token.Id -Connection gcore -Confirm:$false", byId).ShouldSucceed();

        Assert.Equal(before + 1 + needed + needed, Sandbox.Count().Total);
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void WhatIf_NewApiToken_SendsNoWriteRequest(string connection)
    {
        string name = NewName();
        int before = Sandbox.Count().Writes;
        Assert.Empty(Output(
            "param($Connection, $Name, $Parameters) New-ApiToken -Connection $Connection -Name $Name @Parameters -WhatIf",
            connection,
            name,
            ServiceCase.Of(connection).Issue));
        Assert.Equal(before, Sandbox.Count().Writes);
        Assert.Contains(name, Assert.Single(WhatIfLines()));
        Assert.DoesNotContain(
            name,
            Output("param($Connection) Get-ApiToken -Connection $Connection", connection).Texts("Name"),
            StringComparer.OrdinalIgnoreCase);
    }

    [Fact]
    public void WhatIf_NewApiTokenWithInvalidRole_IsRefused() =>
        AssertRefused("InvalidRole", "New-ApiToken -Connection gcore -Name x -Role Kings -WhatIf");

    [Theory]
    [InlineData("devo", "user@example.com")]
    [InlineData("gcore", "admin@example.com")]
    [InlineData("application-users", "jdoe")]
    public void WhatIf_RemoveAllOfUser_SendsNoWriteRequest(string connection, string user)
    {
        PSObject token = NewToken(connection);
        int before = Sandbox.Count().Writes;
        Assert.Empty(
            Output("param($User, $Connection) Remove-ApiToken -User $User -All -Connection $Connection -WhatIf", user, connection));
        Assert.Equal(before, Sandbox.Count().Writes);
        Assert.NotEmpty(WhatIfLines());
        Assert.True(Sandbox.Accepts(token));
    }

    [Fact]
    public void WhatIfPreference_InAScope_HoldsInThatScope()
    {
        PSObject token = NewToken("devo");
        Assert.Empty(Output("param($Token) & { $WhatIfPreference = $true; $Token | Remove-ApiToken }", token));
        Assert.True(Sandbox.Accepts(token));
        Assert.Empty(Output("param($Token) $Token | Remove-ApiToken", token));
        Assert.False(Sandbox.Accepts(token));
    }

    [Theory]
    [ClassData(typeof(WriteCommandsAndReset))]
    public void WhatIfPreference_True_SendsNoWriteRequestUnlessWhatIfIsFalse(string command, string connection)
    {
        PSObject token = NewToken(connection);
        int before = Sandbox.Count().Writes;
        Assert.Empty(Output($"param($Token) $WhatIfPreference = $true; $Token | {command}", token));
        Assert.Equal(before, Sandbox.Count().Writes);
        Assert.Contains(token.Text("Name"), Assert.Single(WhatIfLines()));
        Assert.True(Sandbox.Accepts(token));

        Output($"param($Token) $WhatIfPreference = $true; $Token | {command} -WhatIf:$false", token);
        Assert.True(Sandbox.Count().Writes > before);
        Assert.Single(WhatIfLines());
    }

    [Theory]
    [ClassData(typeof(WriteCommands))]
    public void Output_WithoutPassThru_IsEmpty(string command, string connection) =>
        Assert.Empty(Output($"param($Token) $Token | {command}", NewToken(connection)));

    [Theory]
    [ClassData(typeof(WriteCommands))]
    public void Output_PassThru_IsTheToken(string command, string connection)
    {
        PSObject token = NewToken(connection);
        PSObject passed = Single($"param($Token) $Token | {command} -PassThru", token);
        Assert.Contains(passed.TypeNames[0], (string[])["ApiTokens.ApiToken", "ApiTokens.IssuedToken"]);
        Assert.Equal(token.Text("Id"), passed.Text("Id"));
        Assert.Equal(connection, passed.Text("Connection"));
    }

    [Theory]
    [ClassData(typeof(WriteCommands))]
    public void Output_PassThruById_IsTheWholeToken(string command, string connection)
    {
        PSObject token = NewToken(connection);
        PSObject passed = Single(
            $"param($Id, $Connection) {command} -Token $Id -Connection $Connection -PassThru", token.Text("Id"), connection);
        Assert.Equal(token.Text("Id"), passed.Text("Id"));
        Assert.NotNull(token.Time("CreatedAt"));
        Assert.Equal(token.Time("CreatedAt"), passed.Time("CreatedAt"));
        Assert.NotEmpty(passed.Text("Name"));
    }

    [Fact]
    public void Output_PassThru_ShowsTheTokenAsItIsNow()
    {
        Assert.Equal("Inactive", Single("param($Token) $Token | Disable-ApiToken -PassThru", NewToken("devo")).Text("Status"));
        Assert.Equal("now", Single("param($Token) $Token | Rename-ApiToken -NewName now -PassThru", NewToken("wegnology")).Text("Name"));
        Assert.Equal(
            "now", Single("param($Token) $Token | Set-ApiToken -Description now -PassThru", NewToken("wegnology")).Text("Description"));
    }

    [Fact]
    public void Output_PassThru_CanGoOnThroughThePipeline()
    {
        PSObject token = NewToken("devo");
        PSObject removed = Single(
            "param($Token) $Token | Disable-ApiToken -PassThru | Enable-ApiToken -PassThru | "
                + "Rename-ApiToken -NewName chained -PassThru | Remove-ApiToken -PassThru",
            token);
        Assert.Equal("chained", removed.Text("Name"));
        Assert.False(Sandbox.Accepts(token));
    }

    [Fact]
    public void Remove_OnApplicationUsersWhereTheRecordStays_ShowsTheTokenAsRevoked()
    {
        PSObject token = NewToken("application-users");
        Output("param($Token) $Token | Remove-ApiToken", token);
        Assert.Equal("Revoked", Read(token).Text("Status"));
    }

    private IEnumerable<string> WhatIfLines() => Session.Host.Lines.Where(line => line.StartsWith("What if: "));
}
