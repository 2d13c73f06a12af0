using System.Net;
using System.Net.Sockets;
using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests.Connections;

/// <summary>Connect-ApiTokenService: its credentials and its requests.</summary>
public sealed class ConnectTests(SandboxFixture fixture) : ConnectionTest(fixture)
{
    public static TheoryData<string> WithLogin => ServiceCase.Where(service => service.HasLogin);

    public static TheoryData<string> WithoutLogin => ServiceCase.Where(service => !service.HasLogin);

    [Theory]
    [ClassData(typeof(EachService))]
    public void Connect_Secret_MakesAConnection(string connection)
    {
        PSObject made = Connected(connection);
        Assert.Equal(connection, made.Text("Name"));
        Assert.Equal(ServiceCase.Of(connection).Service, made.Text("Service"));
        Assert.Equal(Access(connection).Text("Account"), made.Text("Account"));
        Assert.NotEmpty(Output("Get-ApiToken"));
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void Connect_Secret_SendsOneCheckAndOneLookAtExpiringTokens(string connection)
    {
        RequestCount before = Sandbox.Count();
        Connected(connection);
        RequestCount after = Sandbox.Count();
        Assert.Equal(before.Total + 2, after.Total);
        Assert.Equal(before.Writes, after.Writes);
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void Connect_TokensExpireWithinSevenDays_WarnsInOneLine(string connection)
    {
        RunResult result = Connect(connection).ShouldSucceed();
        PSObject[] expected = [.. Output("Get-ApiToken -ExpiringWithin 7d -Status Active").OrderBy(token => token.Time("ExpiresAt"))];

        Assert.Equal(ServiceCase.Of(connection).Service, result.Single.Text("Service"));
        string warning = Assert.Single(result.Warnings);
        Assert.Matches(
            $"^[^\n]*{expected.Length} token[^\n]* within 7 days[^\n]*{expected[0].Text("Id")}[^\n]*Get-ApiToken "
                + $"-Connection {connection} -ExpiringWithin 7d\\z",
            warning);
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void Connect_WarningActionIgnore_DoesNotWarn(string connection)
    {
        RunResult result = Connect(connection, new() { ["WarningAction"] = "Ignore" }).ShouldSucceed();
        Assert.Single(result.Output);
        Assert.Empty(result.Warnings);
    }

    [Theory]
    [InlineData("gcore")]
    [InlineData("application-users")]
    public void Connect_LookAtExpiringTokensFails_ConnectsWithoutWarning(string connection)
    {
        Sandbox.AddFault(new { service = connection, path = "*tokens", kind = "status", status = 404, count = 1 });
        RunResult result = Connect(connection).ShouldSucceed();
        Assert.Equal(ServiceCase.Of(connection).Service, result.Single.Text("Service"));
        Assert.Empty(result.Warnings);
        Assert.Equal(1, Assert.Single(Sandbox.Faults()).GetProperty("fired").GetInt32());
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void Connect_SkipCheck_SendsNothing(string connection)
    {
        int before = Sandbox.Count().Total;
        PSObject made = Connected(connection, new() { ["SkipCheck"] = true, ["Token"] = WrongSecret.ToSecret() });
        Assert.Equal(ServiceCase.Of(connection).Service, made.Text("Service"));
        Assert.Equal(before, Sandbox.Count().Total);
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void Connect_WrongSecret_EndsWithAnErrorAndMakesNoConnection(string connection)
    {
        RunResult result = Connect(connection, new() { ["Token"] = WrongSecret.ToSecret() });
        AssertEnded(connection == "devo" ? "PermissionDenied" : "AuthenticationError", result);
        Assert.Empty(Output("Get-ApiTokenService"));
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void Connect_ConnectionInfo_ConnectsAsWithParameters(string connection)
    {
        PSObject access = Access(connection);
        PSObject made = Single(
            "param($Service, $Account, $Token, $BaseUri) Connect-ApiTokenService -ConnectionInfo @{ Service = $Service; "
                + "Account = $Account; Token = $Token; BaseUri = $BaseUri; Name = 'asset' }",
            ServiceCase.Of(connection).Service, access.Text("Account"), access.Secret(), access.Text("BaseUri"));
        Assert.Equal("asset", made.Text("Name"));
        Assert.NotEmpty(Output("Get-ApiToken"));
    }

    [Theory]
    [MemberData(nameof(WithLogin))]
    public void Connect_Credential_MakesAConnectionThatCanWrite(string connection)
    {
        PSObject access = Access(connection);
        PSObject made = Single(
            "param($Service, $Access) Connect-ApiTokenService $Service -Credential $Access.Credential -BaseUri $Access.BaseUri",
            ServiceCase.Of(connection).Service,
            access);
        Assert.Equal(access.Text("Account"), made.Text("Account"));

        PSObject token = NewToken(connection);
        Assert.True(Sandbox.Accepts(token));
        Assert.Empty(Output("param($Token) $Token | Remove-ApiToken", token));
        Assert.False(Sandbox.Accepts(token));
    }

    [Theory]
    [MemberData(nameof(WithLogin))]
    public void Connect_ConnectionInfoWithPassword_MakesAConnection(string connection)
    {
        PSObject made = Single(
            "param($Service, $Access) $login = $Access.Credential; Connect-ApiTokenService -ConnectionInfo @{ Service = $Service; "
                + "UserName = $login.UserName; Password = $login.Password; BaseUri = $Access.BaseUri }",
            ServiceCase.Of(connection).Service, Access(connection));
        Assert.Equal(ServiceCase.Of(connection).Service, made.Text("Service"));
        Assert.NotEmpty(Output("Get-ApiToken"));
    }

    [Theory]
    [MemberData(nameof(WithLogin))]
    public void Connect_WrongPassword_EndsWithAnError(string connection)
    {
        PSObject access = Access(connection);
        var credential = new PSCredential(((PSCredential)access.Get("Credential")!).UserName, WrongSecret.ToSecret());
        AssertEnded(
            "AuthenticationError",
            Run(
                "param($Service, $Credential, $BaseUri) Connect-ApiTokenService $Service -Credential $Credential -BaseUri $BaseUri",
                ServiceCase.Of(connection).Service,
                credential,
                access.Get("BaseUri")));
    }

    [Theory]
    [MemberData(nameof(WithoutLogin))]
    public void Connect_CredentialWhereThereIsNoLogin_IsRefused(string connection)
    {
        PSObject access = Access(connection);
        AssertRefused(
            "InvalidCredential",
            "param($Service, $Access, $Credential) Connect-ApiTokenService $Service $Access.Account -Credential $Credential "
                + "-BaseUri $Access.BaseUri",
            ServiceCase.Of(connection).Service, access, new PSCredential("admin@example.com", WrongSecret.ToSecret()));
    }

    [Theory]
    [InlineData("wegnology")]
    [InlineData("gcore")]
    [InlineData("application-users")]
    public void Pipeline_ServiceRefusesTheCredential_Ends(string connection)
    {
        Connected(connection, new() { ["SkipCheck"] = true, ["Token"] = WrongSecret.ToSecret() });
        AssertEnded("AuthenticationError", Run("Get-ApiToken"));
        AssertEnded("AuthenticationError", Run("param($Id) $Id, $Id, $Id | Remove-ApiToken", ServiceCase.Of(connection).UnusedId));
    }

    [Fact]
    public void Pipeline_DevoRefusesTheCredential_WritesPermissionDenied()
    {
        // Devo answers 403, which can also mean one token only.
        Connected("devo", new() { ["SkipCheck"] = true, ["Token"] = WrongSecret.ToSecret() });
        Run("Get-ApiToken").ShouldFail("PermissionDenied");
    }

    [Fact]
    public void Connect_NobodyListens_EndsWithAConnectionError()
    {
        ErrorRecord error = AssertEnded(
            "ConnectionError",
            Run(
                "param($Token, $BaseUri) Connect-ApiTokenService Gcore -Token $Token -BaseUri $BaseUri",
                WrongSecret.ToSecret(),
                UnusedAddress()));
        Assert.Equal(ErrorCategory.ConnectionError, error.CategoryInfo.Category);
    }

    [Fact]
    public void Get_OneServiceIsDown_ListsTheTokensOfTheOther()
    {
        Run(
            "param($Token, $BaseUri) Connect-ApiTokenService Gcore 1001 -Token $Token -BaseUri $BaseUri -Name down -SkipCheck",
            WrongSecret.ToSecret(),
            UnusedAddress()).ShouldSucceed();
        Connected("devo");

        RunResult result = Run("Get-ApiToken -Connection down, devo");

        Assert.Equal(["devo"], result.Output.Texts("Connection").Distinct());
        Assert.Equal("ConnectionError", result.Error.Id());
        Assert.Equal("down", LanguagePrimitives.ConvertTo<string>(result.Error.TargetObject));
    }

    // A port that was free just before; nothing listens on it.
    private static string UnusedAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
    }
}
