using System.Collections;
using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests;

/// <summary>Arguments that the module knows to be invalid fail before any request, with the name of the parameter.</summary>
public sealed class ValidationTests(SandboxFixture fixture) : CmdletTest(fixture)
{
    private const string InvalidName = "Name";

    /// <summary>Connection, the parameters that are invalid, and the one that the error names.</summary>
    public static TheoryData<string, string, string> InvalidParameters
    {
        get
        {
            TheoryData<string, string, string> cases = [];
            foreach (string connection in (string[])["devo", "wegnology", "gcore"])
            {
                cases.Add(connection, "@{ Name = '' }", InvalidName);
                cases.Add(connection, "@{ Name = ' ' }", InvalidName);
            }

            foreach (string connection in (string[])["devo", "wegnology", "gcore", "application-users"])
            {
                cases.Add(connection, "@{ Name = 'n' * 256 }", InvalidName);
                cases.Add(connection, "@{ Name = \"two`nlines\" }", InvalidName);
                cases.Add(connection, "@{ ExpiresIn = '3d'; ExpirationMonths = 3 }", "ExpiresIn");
            }

            cases.Add("devo", "@{ User = $null }", "User");
            cases.Add("devo", "@{ User = ' ' }", "User");
            cases.Add("devo", "@{ Audience = $null }", "Audience");
            cases.Add("devo", "@{ Audience = ' ' }", "Audience");
            cases.Add("devo", "@{ Audience = 'apiv2', 'a/b' }", "Audience");
            cases.Add("devo", "@{ Scope = 'read' }", "Scope");
            cases.Add("devo", "@{ Scope = 'table://my.app.table' }", "Scope");
            cases.Add("devo", "@{ Scope = 'level://admin' }", "Scope");
            cases.Add("devo", "@{ Role = 'Users' }", "Role");
            cases.Add("devo", "@{ Access = @{ location = 'Read' } }", "Access");
            cases.Add("devo", "@{ ApplyToAll = 'Read' }", "ApplyToAll");

            cases.Add("wegnology", "@{ Scope = 'Everything' }", "Scope");
            cases.Add("wegnology", "@{ Scope = 'ReadOnly', 'devices.fly' }", "Scope");
            cases.Add("wegnology", "@{ Audience = 'apiv2' }", "Audience");
            cases.Add("wegnology", "@{ Role = 'Users' }", "Role");
            cases.Add("wegnology", "@{ Access = 'location=Read' }", "Access");
            cases.Add("wegnology", "@{ ApplyToAll = 'None' }", "ApplyToAll");
            cases.Add("wegnology", "@{ User = 'jdoe' }", "User");
            cases.Add("wegnology", "@{ Description = 'd' * 32768 }", "Description");

            cases.Add("gcore", "@{ Role = $null }", "Role");
            cases.Add("gcore", "@{ Role = 'Kings' }", "Role");
            cases.Add("gcore", "@{ Role = '4711' }", "Role");
            cases.Add("gcore", "@{ Scope = 'All' }", "Scope");
            cases.Add("gcore", "@{ Audience = 'apiv2' }", "Audience");
            cases.Add("gcore", "@{ Access = 'location=Read' }", "Access");
            cases.Add("gcore", "@{ ApplyToAll = 'Full' }", "ApplyToAll");
            cases.Add("gcore", "@{ User = 'jdoe' }", "User");

            foreach (string connection in (string[])["wegnology", "gcore"])
            {
                cases.Add(connection, "@{ ExpiresAt = [DateTimeOffset]::UtcNow.AddMinutes(-1) }", "ExpiresAt");
                cases.Add(connection, "@{ ExpiresIn = [timespan]::Zero }", "ExpiresIn");
                cases.Add(connection, "@{ ExpiresIn = [timespan]'-1' }", "ExpiresIn");
                cases.Add(connection, "@{ ExpiresIn = '40000d' }", "ExpiresIn");
                cases.Add(connection, "@{ ExpirationMonths = 0 }", "ExpirationMonths");
                cases.Add(connection, "@{ ExpirationMonths = -3 }", "ExpirationMonths");
                cases.Add(connection, "@{ ExpirationMonths = 99999 }", "ExpirationMonths");
                cases.Add(connection, "@{ ExpiresAt = [DateTimeOffset]::UtcNow.AddDays(3); NeverExpires = $true }", "ExpiresAt");
            }

            cases.Add("application-users", "@{ User = $null }", "User");
            cases.Add("application-users", "@{ User = '' }", "User");
            cases.Add("application-users", "@{ Scope = 'All' }", "Scope");
            cases.Add("application-users", "@{ Audience = 'apiv2' }", "Audience");
            cases.Add("application-users", "@{ Role = 'Users' }", "Role");
            cases.Add("application-users", "@{ ExpirationMonths = 4 }", "ExpirationMonths");
            cases.Add("application-users", "@{ ExpiresIn = '90d' }", "ExpirationMonths");
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(InvalidParameters))]
    public void New_InvalidParameter_IsRefusedWithoutARequest(string connection, string invalid, string parameter)
    {
        int before = Sandbox.Count().Total;
        ErrorRecord error = AssertRefused(
            $"Invalid{parameter}",
            $"param($Parameters) $invalid = {invalid}; foreach ($key in $invalid.Keys) {{ $Parameters[$key] = $invalid[$key] }}; "
                + "New-ApiToken @Parameters",
            ValidParameters(connection));
        Assert.StartsWith($"-{parameter}: ", error.ErrorDetails.Message);
        Assert.Equal(ErrorCategory.InvalidArgument, error.CategoryInfo.Category);
        Assert.Equal(before, Sandbox.Count().Total);
    }

    [Theory]
    [InlineData("devo")]
    [InlineData("wegnology")]
    [InlineData("gcore")]
    [InlineData("application-users")]
    public void New_ValidParameters_AreAccepted(string connection)
    {
        Hashtable parameters = ValidParameters(connection);
        if (connection == "gcore")
        {
            parameters["ExpiresIn"] = "30d";
        }

        Assert.Equal("new", Single("param($Parameters) New-ApiToken @Parameters", parameters).Text("Name"));
    }

    [Fact]
    public void New_ValuesJustWithinBounds_AreAccepted()
    {
        PSObject token = NewToken("wegnology", new string('n', 255), new() { ["Description"] = new string('d', 32767) });
        Assert.Equal(32767, token.Text("Description").Length);
        Assert.Equal(255, NewToken("devo", new string('n', 255)).Text("Name").Length);

        const string Name = "\u00DCn\u00EFc\u00F8d\u00E9 \u2713 \"quoted\" / slash";
        Assert.True(Sandbox.Accepts(NewToken("gcore", Name)));
        Assert.Equal(Name, Single("param($Name) Get-ApiToken -Connection gcore -Name $Name", "\u00DCn\u00EFc\u00F8d\u00E9*").Text("Name"));
    }

    [Fact]
    public void New_RoleAboveThatOfTheConnection_IsRefused()
    {
        PSObject engineer = NewToken("gcore", with: new() { ["Role"] = "Engineers" });
        Session.Connect(Sandbox, "gcore", "engineer", secret: (System.Security.SecureString)engineer.Get("Secret")!);
        try
        {
            AssertRefused("InvalidRole", "New-ApiToken -Connection engineer -Name high -Role Administrators -ExpiresIn 30d");
            Assert.True(Sandbox.Accepts(Single("New-ApiToken -Connection engineer -Name same -Role Engineers -ExpiresIn 30d")));
            Assert.True(Sandbox.Accepts(Single("New-ApiToken -Connection engineer -Name low -Role Users -ExpiresIn 30d")));
        }
        finally
        {
            Session.Disconnect("engineer");
        }
    }

    [Fact]
    public void New_WhatOnlyTheServiceCanKnow_FailsWithItsMessage()
    {
        ErrorRecord error = Run(
            "New-ApiToken -Connection devo -Name x -User nobody@example.com -Audience apiv2 -Scope 'table://a level://b'")
            .ShouldFail("InvalidData");
        Assert.Matches("Correlation id: [0-9a-f-]{36}", error.ErrorDetails.Message);
        Run("New-ApiToken -Connection application-users -User nobody").ShouldFail("ObjectNotFound");
        Run("New-ApiToken -Connection application-users -User jdoe -Access @{ nosuch = 'Read' }").ShouldFail("InvalidData");
    }

    [Theory]
    [InlineData("ExpiresIn", "'soon'")]
    [InlineData("ExpiresAt", "'tomorrow-ish'")]
    [InlineData("ExpirationMonths", "'six'")]
    [InlineData("NeverExpires", "'perhaps'")]
    [InlineData("Access", "'location'")]
    [InlineData("Access", "@{ location = 'Write' }")]
    [InlineData("ApplyToAll", "'Write'")]
    public void New_ValueThatCannotBeConverted_IsRefusedWithTheParameterNamed(string parameter, string value)
    {
        int before = Sandbox.Count().Total;
        ErrorRecord error = Run($"$bad = @{{ {parameter} = {value} }}; New-ApiToken -Connection application-users -User jdoe @bad").Error;
        Assert.Matches("^(ParameterArgumentTransformationError|CannotConvertArgument)", error.FullyQualifiedErrorId);
        Assert.Contains(parameter, error.Exception.Message);
        Assert.Equal(before, Sandbox.Count().Total);
    }

    [Theory]
    [InlineData("devo")]
    [InlineData("wegnology")]
    [InlineData("application-users")]
    public void Rename_BlankLongOrMultilineName_IsRefused(string connection)
    {
        PSObject token = NewToken(connection);
        foreach (string name in (string[])[" ", new string('n', 256), "two\nlines"])
        {
            AssertRefused("InvalidNewName", "param($Token, $Name) $Token | Rename-ApiToken -NewName $Name", token, name);
        }
    }

    [Fact]
    public void Set_Nothing_IsRefused() =>
        AssertRefused("InvalidDescription", "param($Token) $Token | Set-ApiToken", NewToken("wegnology"));

    [Fact]
    public void Set_LongDescription_IsRefused() =>
        AssertRefused("InvalidDescription", "param($Token) $Token | Set-ApiToken -Description ('d' * 32768)", NewToken("wegnology"));

    [Theory]
    [InlineData("Remove-ApiToken")]
    [InlineData("Reset-ApiToken")]
    [InlineData("Rename-ApiToken -NewName x")]
    public void Id_OfAnotherForm_IsRefusedWithoutARequest(string command)
    {
        int before = Sandbox.Count().Total;
        foreach (string id in (string[])["../1", "1/disable", "1?x=y", "abc"])
        {
            AssertRefused("InvalidId", $"param($Id) [pscustomobject]@{{ Connection = 'devo'; Id = $Id }} | {command}", id);
            Assert.Equal(before, Sandbox.Count().Total);
        }
    }

    private static Hashtable ValidParameters(string connection) => connection switch
    {
        "devo" => new()
        {
            ["Connection"] = "devo",
            ["Name"] = "new",
            ["User"] = "user@example.com",
            ["Audience"] = "apiv2",
            ["Scope"] = "table://a level://b",
        },
        "wegnology" => new() { ["Connection"] = "wegnology", ["Name"] = "new", ["Scope"] = "All" },
        "gcore" => new() { ["Connection"] = "gcore", ["Name"] = "new", ["Role"] = "Users" },
        _ => new() { ["Connection"] = "application-users", ["Name"] = "new", ["User"] = "jdoe" },
    };
}
