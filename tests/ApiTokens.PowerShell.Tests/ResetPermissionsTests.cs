using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests;

/// <summary>Reset-ApiToken with other permissions: a new token with them replaces the old token.</summary>
public sealed class ResetPermissionsTests(SandboxFixture fixture) : CmdletTest(fixture)
{
    [Theory]
    [InlineData("devo", "-Scope 'table://other.** level://admin' -Audience alerts")]
    [InlineData("wegnology", "-Scope ReadOnly, devices.get")]
    [InlineData("gcore", "-Role Users")]
    [InlineData("application-users", "-ApplyToAll Read -Access vendor=Full")]
    public void Reset_OtherPermissions_ReplacesTokenWithThem(string connection, string parameters)
    {
        PSObject old = NewToken(connection);

        PSObject renewed = Single($"param($Token) $Token | Reset-ApiToken {parameters}", old);

        Assert.NotEqual(old.Text("Id"), renewed.Text("Id"));
        Assert.Equal(old.Text("Name"), renewed.Text("Name"));
        Assert.True(Sandbox.Accepts(renewed));
        Assert.False(Sandbox.Accepts(old));
        string[] permissions = connection switch
        {
            "devo" => [.. renewed.List("Scope"), .. renewed.List("Audience")],
            "wegnology" => [.. renewed.List("Scope")],
            "gcore" => [renewed.Text("Role")!],
            _ => [$"vendor={renewed.Access()["vendor"]}", $"location={renewed.Access()["location"]}"],
        };
        string[] expected = connection switch
        {
            "devo" => ["table://other.**", "level://admin", "alerts"],
            "wegnology" => ["all.User.read", "devices.get"],
            "gcore" => ["Users"],
            _ => ["vendor=Full", "location=Read"],
        };
        Assert.Equal(expected, permissions);
    }

    [Theory]
    [InlineData("devo", "-Role Users", "InvalidRole")]
    [InlineData("wegnology", "-Audience apiv2", "InvalidAudience")]
    [InlineData("wegnology", "-Scope nonsense", "InvalidScope")]
    [InlineData("gcore", "-Scope All", "InvalidScope")]
    [InlineData("gcore", "-Role Kings", "InvalidRole")]
    [InlineData("application-users", "-Role Users", "InvalidRole")]
    [InlineData("application-users", "-InPlace -ApplyToAll Read", "InvalidInPlace")]
    public void Reset_PermissionsNotSupported_AreRefused(string connection, string parameters, string errorId)
    {
        PSObject old = NewToken(connection);

        AssertRefused(errorId, $"param($Token) $Token | Reset-ApiToken {parameters}", old);

        Assert.True(Sandbox.Accepts(old));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(12)]
    public void Set_ExpirationMonths_ChangesExpiryAndKeepsSecret(int months)
    {
        PSObject token = NewToken("application-users");

        PSObject changed = Single("param($Token, $Months) $Token | Set-ApiToken -ExpirationMonths $Months -PassThru", token, months);

        Assert.Equal(DateTimeOffset.UtcNow.AddMonths(months), changed.Time("ExpiresAt")!.Value, TimeSpan.FromMinutes(1));
        Assert.True(Sandbox.Accepts(token));
        PSObject renewed = Single("param($Token) $Token | Reset-ApiToken -Predecessor Keep", token);
        Assert.Equal(DateTimeOffset.UtcNow.AddMonths(months), renewed.Time("ExpiresAt")!.Value, TimeSpan.FromMinutes(1));
    }

    [Theory]
    [InlineData("application-users", 5, "InvalidExpirationMonths")]
    [InlineData("devo", 6, "OperationNotSupported")]
    [InlineData("wegnology", 6, "OperationNotSupported")]
    [InlineData("gcore", 6, "OperationNotSupported")]
    public void Set_ExpirationMonthsNotSupported_IsRefused(string connection, int months, string errorId) => AssertRefused(
        errorId, "param($Token, $Months) $Token | Set-ApiToken -ExpirationMonths $Months", NewToken(connection), months);
}
