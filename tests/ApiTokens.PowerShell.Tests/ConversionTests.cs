using System.Text.RegularExpressions;
using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests;

/// <summary>
/// Parameter values: dates, durations, access by API. tests/Pester/Conversion.Tests.ps1 tests dates in another time zone and culture,
/// which need a separate process.
/// </summary>
public sealed class ConversionTests(SandboxFixture fixture) : CmdletTest(fixture)
{
    private const string NewOnGcore =
        "param($Name, $ExpiresIn) New-ApiToken -Connection gcore -Name $Name -Role Users -ExpiresIn $ExpiresIn";

    [Theory]
    [InlineData("31.12.2031")]
    [InlineData("tomorrow")]
    [InlineData("2031-13-01")]
    [InlineData(5)]
    public void ExpiresAt_NotADate_IsRefusedWithoutARequest(object value)
    {
        int before = Sandbox.Count().Total;
        ErrorRecord error = Run(
            "param($ExpiresAt) New-ApiToken -Connection gcore -Name never -Role Users -ExpiresAt $ExpiresAt", value).Error;
        Assert.Contains("is not a valid date and time. Specify", error.Exception.Message);
        Assert.Equal(before, Sandbox.Count().Total);
    }

    [Fact]
    public void Expiry_BlankColumns_AreTakenAsNone()
    {
        PSObject token = Single(
            "param($Name) [pscustomobject]@{ Name = $Name; Scope = 'All'; ExpiresAt = ''; ExpiresIn = ' ' } | "
                + "New-ApiToken -Connection wegnology",
            NewName());
        Assert.Null(token.Time("ExpiresAt"));
    }

    [Theory]
    [InlineData("90d", 90)]
    [InlineData("36H", 1.5)]
    [InlineData("720m", 0.5)]
    [InlineData("2w", 14)]
    [InlineData("1.5d", 1.5)]
    [InlineData("90.00:00", 90)]
    [InlineData("12:00:00", 0.5)]
    public void ExpiresIn_Text_IsADuration(string text, double days)
    {
        IReadOnlyList<PSObject> tokens = Output(
            "param($Text, $Name) foreach ($value in $Text, [psobject]::AsPSObject($Text)) { "
                + "New-ApiToken -Connection gcore -Name $Name -Role Users -ExpiresIn $value }",
            text,
            NewName());
        Assert.Equal(2, tokens.Count);
        Assert.All(tokens, token => Assert.InRange(Lifetime(token).TotalMinutes - TimeSpan.FromDays(days).TotalMinutes, -1, 1));
    }

    [Fact]
    public void ExpiresIn_TimeSpanByPropertyName_IsADuration()
    {
        PSObject token = Single(
            "param($Name) [pscustomobject]@{ Name = $Name; Role = 'Users'; ExpiresIn = [timespan]::FromDays(3) } | "
                + "New-ApiToken -Connection gcore",
            NewName());
        Assert.Equal(3, Math.Round(Lifetime(token).TotalDays));
    }

    [Theory]
    [InlineData("6mo", 6)]
    [InlineData("12MO", 12)]
    [InlineData("1y", 12)]
    public void ExpiresIn_MonthsOrYears_AreThoseOfTheCalendar(string text, int months)
    {
        PSObject token = Single(
            "param($Name, $ExpiresIn) New-ApiToken -Connection application-users -Name $Name -User jdoe -ExpiresIn $ExpiresIn",
            NewName(),
            text);
        Assert.Equal(token.Time("CreatedAt")!.Value.AddMonths(months), token.Time("ExpiresAt"));

        token = Single(NewOnGcore, NewName(), text);
        Assert.Equal(DateTimeOffset.UtcNow.AddMonths(months), token.Time("ExpiresAt")!.Value, TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void Duration_WithoutQuotes_IsTakenAsDaysAlthoughPowerShellReadsANumber()
    {
        PSObject token = Single("param($Name) New-ApiToken -Connection gcore -Name $Name -Role Users -ExpiresIn 7d", NewName());
        Assert.Equal(7, Math.Round(Lifetime(token).TotalDays));
        Assert.Contains(token.Text("Id"), Output("Get-ApiToken -Connection gcore -ExpiringWithin 8d").Texts("Id"));
        Assert.DoesNotContain(token.Text("Id"), Output("Get-ApiToken -Connection gcore -ExpiringWithin 6d").Texts("Id"));
    }

    [Fact]
    public void Duration_InMonths_CountsForwardOrBack()
    {
        Assert.NotEmpty(Output("Get-ApiToken -Connection gcore -ExpiringWithin 7mo"));
        DateTimeOffset limit = DateTimeOffset.UtcNow.AddMonths(-1);
        IReadOnlyList<PSObject> unused = Output("Get-ApiToken -Connection gcore -UnusedFor 1mo");
        Assert.NotEmpty(unused);
        Assert.All(unused, token => Assert.True((token.Time("LastUsedAt") ?? token.Time("CreatedAt")) < limit, $"{token} is not unused."));
    }

    [Theory]
    [InlineData(5)]
    [InlineData("90")]
    [InlineData("soon")]
    [InlineData("5x")]
    [InlineData("1.5mo")]
    [InlineData("99999mo")]
    public void Duration_NotADuration_IsRefusedWithoutARequest(object value)
    {
        int before = Sandbox.Count().Total;
        ErrorRecord error = Run(NewOnGcore, "never", value).Error;
        Assert.Equal("ParameterArgumentTransformationError", error.Id());
        Assert.Matches($"'{Regex.Escape(value.ToString()!)}' is not a valid duration\\. Examples: .*6mo", error.Exception.Message);
        Assert.Contains(
            "is not a valid duration", Run(
                "param($Value) Get-ApiToken -Connection gcore -ExpiringWithin $Value", value).Error.Exception.Message);
        Assert.Equal(before, Sandbox.Count().Total);
    }

    [Theory]
    [InlineData("@{ location = 'Full'; vendor = 'Read' }")]
    [InlineData("'location=Full,vendor=Read'")]
    [InlineData("'location=Full', 'vendor=read'")]
    [InlineData("[ordered]@{ location = 'full'; vendor = 'Read' }")]
    [InlineData("[pscustomobject]@{ location = 'Full'; vendor = 'Read' }")]
    [InlineData(
        "(New-ApiToken -Connection application-users -Name other -User jdoe -Access @{ location = 'Full'; vendor = 'Read' }).Access")]
    public void Access_InEachForm_SetsTheLevelsOfTheNamedApis(string value)
    {
        PSObject token = Single(
            $"param($Name) New-ApiToken -Connection application-users -Name $Name -User jdoe -Access ({value})", NewName());
        IReadOnlyDictionary<string, string> access = token.Access();
        Assert.Equal("Full", access["location"]);
        Assert.Equal("Read", access["vendor"]);
        Assert.Equal(2, access.Values.Count(level => level != "None"));
    }

    [Fact]
    public void ConnectionInfo_FieldsInAnyCase_AreTaken()
    {
        PSObject access = Sandbox.Service("wegnology");
        PSObject connection = Single(
            "param($Account, $Secret, $BaseUri) Connect-ApiTokenService -ConnectionInfo @{ service = 'wegnology'; "
                + "ACCOUNT = $Account; token = $Secret; BaseURI = $BaseUri; Name = 'asset' } -WarningAction Ignore",
            access.Text("Account"),
            access.Secret(),
            access.Get("BaseUri"));
        Assert.Equal("asset", connection.Text("Name"));
        Session.Disconnect("asset");
    }

    [Fact]
    public void ConnectionInfo_UnknownField_IsRefused() =>
        AssertRefused("InvalidConnectionInfo", "Connect-ApiTokenService -ConnectionInfo @{ Service = 'Wegnology'; Tokn = 'x' }");

    private static TimeSpan Lifetime(PSObject token) => Assert.IsType<TimeSpan>(token.Get("Lifetime"));
}
