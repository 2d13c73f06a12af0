using System.Collections;
using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests;

/// <summary>The expiry options of each service for new tokens.</summary>
public sealed class CapabilitiesExpiryTests(SandboxFixture fixture) : CmdletTest(fixture)
{
    public static TheoryData<string, string> NoneCases => CasesOf("None", "ExpiresAt", "ExpiresIn", "ExpirationMonths", "NeverExpires");

    public static TheoryData<string> AnyOrNever => ServiceCase.Where(service => service.Expiry == "AnyOrNever");

    public static TheoryData<string, int> MonthCases
    {
        get
        {
            TheoryData<string, int> cases = [];
            foreach (ServiceCase service in ServiceCase.All.Where(service => service.Expiry == "Months"))
            {
                cases.Add(service.Connection, 3);
                cases.Add(service.Connection, 6);
                cases.Add(service.Connection, 12);
            }

            return cases;
        }
    }

    public static TheoryData<string> Months => ServiceCase.Where(service => service.Expiry == "Months");

    public static TheoryData<string, string> NotMonthsCases =>
        CasesOf("Months", "ExpiresAt", "ExpiresIn", "ExpirationMonths", "NeverExpires");

    [Theory]
    [MemberData(nameof(NoneCases))]
    public void New_ExpiryNotSupported_IsRefused(string connection, string parameter) =>
        AssertExpiryRefused("OperationNotSupported", connection, parameter, months: 6);

    [Theory]
    [MemberData(nameof(AnyOrNever))]
    public void New_ExpiresAt_IsKept(string connection)
    {
        DateTimeOffset moment = DateTimeOffset.UtcNow.AddDays(45);
        PSObject token = NewToken(connection, with: new() { ["ExpiresAt"] = moment });
        Assert.Equal(moment, Read(token).Time("ExpiresAt")!.Value, TimeSpan.FromSeconds(1));
    }

    [Theory]
    [MemberData(nameof(AnyOrNever))]
    public void New_ExpiresIn_CountsFromNow(string connection)
    {
        PSObject token = NewToken(connection, with: new() { ["ExpiresIn"] = "45d" });
        Assert.Equal(DateTimeOffset.UtcNow.AddDays(45), token.Time("ExpiresAt")!.Value, TimeSpan.FromSeconds(10));
    }

    [Theory]
    [MemberData(nameof(AnyOrNever))]
    public void New_ExpirationMonths_CountsCalendarMonths(string connection)
    {
        PSObject token = NewToken(connection, with: new() { ["ExpirationMonths"] = 5 });
        Assert.Equal(DateTimeOffset.UtcNow.AddMonths(5), token.Time("ExpiresAt")!.Value, TimeSpan.FromSeconds(10));
    }

    [Theory]
    [MemberData(nameof(AnyOrNever))]
    public void New_NeverExpires_HasNoExpiry(string connection)
    {
        PSObject token = NewToken(connection, with: new() { ["NeverExpires"] = true });
        Assert.Null(Read(token).Time("ExpiresAt"));
    }

    [Theory]
    [MemberData(nameof(AnyOrNever))]
    public void Token_Expired_SecretIsRejected(string connection)
    {
        PSObject token = NewToken(connection, with: new() { ["ExpiresIn"] = TimeSpan.FromSeconds(4) });
        Assert.True(Sandbox.Accepts(token));
        Eventually.True(() => !Sandbox.Accepts(token), "The secret was accepted after its end.");
        Assert.True(DateTimeOffset.UtcNow > token.Time("ExpiresAt")!.Value.AddSeconds(-1), "The secret was rejected before its end.");
        Eventually.True(() => Read(token).Text("Status") == "Expired", "The token was not shown as expired.");
    }

    [Theory]
    [MemberData(nameof(MonthCases))]
    public void New_SupportedExpirationMonths_AreKept(string connection, int months)
    {
        PSObject token = NewToken(connection, with: new() { ["ExpirationMonths"] = months });
        Assert.Equal(token.Time("CreatedAt")!.Value.AddMonths(months), token.Time("ExpiresAt"));
    }

    [Theory]
    [MemberData(nameof(Months))]
    public void New_NoExpirationMonths_AreSixByDefault(string connection)
    {
        PSObject token = NewToken(connection);
        Assert.Equal(token.Time("CreatedAt")!.Value.AddMonths(6), token.Time("ExpiresAt"));
    }

    [Theory]
    [MemberData(nameof(NotMonthsCases))]
    public void New_AnyOtherExpiryThanSupportedMonths_IsRefused(string connection, string parameter) =>
        AssertExpiryRefused("InvalidExpirationMonths", connection, parameter, months: 5);

    private static TheoryData<string, string> CasesOf(string expiry, params string[] parameters)
    {
        TheoryData<string, string> cases = [];
        foreach (ServiceCase service in ServiceCase.All.Where(service => service.Expiry == expiry))
        {
            foreach (string parameter in parameters)
            {
                cases.Add(service.Connection, parameter);
            }
        }

        return cases;
    }

    private void AssertExpiryRefused(string errorId, string connection, string parameter, int months)
    {
        object value = parameter switch
        {
            "ExpiresAt" => DateTimeOffset.UtcNow.AddDays(9),
            "ExpiresIn" => "9d",
            "ExpirationMonths" => months,
            _ => true,
        };
        var parameters = new Hashtable(ServiceCase.Of(connection).Issue) { [parameter] = value };
        AssertRefused(
            errorId,
            "param($Connection, $Parameters) New-ApiToken -Connection $Connection -Name refused @Parameters",
            connection,
            parameters);
    }
}
