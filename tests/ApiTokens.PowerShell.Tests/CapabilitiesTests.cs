using System.Collections;
using System.Security;
using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests;

/// <summary>
/// The capabilities of the services. Supported operations are verified by their effect on a secret, the others by the id of the error and
/// by the sandbox, which receives no write request. <see cref="CapabilitiesExpiryTests"/> tests the expiry.
/// </summary>
public sealed class CapabilitiesTests(SandboxFixture fixture) : CmdletTest(fixture)
{
    private const string New = "param($Connection, $Name, $Parameters) New-ApiToken -Connection $Connection -Name $Name @Parameters";

    public static TheoryData<string> WithEnable => ServiceCase.Where(service => service.SetEnabled);

    public static TheoryData<string> WithoutEnable => ServiceCase.Where(service => !service.SetEnabled);

    public static TheoryData<string> WithRename => ServiceCase.Where(service => service.Rename);

    public static TheoryData<string> WithoutRename => ServiceCase.Where(service => !service.Rename);

    public static TheoryData<string> WithNewDescription => ServiceCase.Where(service => service.NewDescription);

    public static TheoryData<string> WithoutNewDescription => ServiceCase.Where(service => !service.NewDescription);

    public static TheoryData<string> WithSetDescription => ServiceCase.Where(service => service.SetDescription);

    public static TheoryData<string> WithoutSetDescription => ServiceCase.Where(service => !service.SetDescription);

    public static TheoryData<string> WithAccess => ServiceCase.Where(service => service.SetAccess);

    public static TheoryData<string> WithoutAccess => ServiceCase.Where(service => !service.SetAccess);

    public static TheoryData<string> InPlace => ServiceCase.Where(service => service.InPlace);

    public static TheoryData<string> WithSuccessor => ServiceCase.Where(service => !service.InPlace);

    public static TheoryData<string> WithReadSecret => ServiceCase.Where(service => service.ReadSecret);

    public static TheoryData<string> WithoutReadSecret => ServiceCase.Where(service => !service.ReadSecret);

    public static TheoryData<string> WithLastUsed => ServiceCase.Where(service => service.LastUsed);

    public static TheoryData<string> WithoutLastUsed => ServiceCase.Where(service => !service.LastUsed);

    [Theory]
    [ClassData(typeof(EachService))]
    public void List_NewToken_ContainsItWithoutItsSecret(string connection)
    {
        PSObject token = NewToken(connection);
        PSObject listed = Assert.Single(ListById(token));
        Assert.Equal(token.Text("Name"), listed.Text("Name"));
        Assert.Equal("Active", listed.Text("Status"));
        Assert.Equal(connection, listed.Text("Connection"));
        Assert.Equal(TimeSpan.Zero, listed.Time("CreatedAt")!.Value.Offset);
        Assert.DoesNotContain("Secret", listed.Properties.Select(property => property.Name), StringComparer.OrdinalIgnoreCase);
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void Get_ById_ReadsTheToken(string connection)
    {
        PSObject token = NewToken(connection);
        PSObject read = Read(token);
        Assert.Equal(token.Text("Name"), read.Text("Name"));
        Assert.NotNull(token.Time("CreatedAt"));
        Assert.Equal(token.Time("CreatedAt"), read.Time("CreatedAt"));
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void New_Token_HasASecretThatIsAccepted(string connection)
    {
        PSObject token = NewToken(connection);
        Assert.IsType<SecureString>(token.Get("Secret"));
        Assert.True(Sandbox.Accepts(token));
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void New_TwoTokensOfOneName_HaveDifferentIdsAndSecrets(string connection)
    {
        PSObject first = NewToken(connection, "same");
        PSObject second = NewToken(connection, "same");
        Assert.NotEqual(first.Text("Id"), second.Text("Id"), StringComparer.OrdinalIgnoreCase);
        Assert.NotEqual(first.Secret(), second.Secret(), StringComparer.OrdinalIgnoreCase);
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void Remove_Token_SecretIsRejectedAndTokenIsNotListed(string connection)
    {
        PSObject token = NewToken(connection);
        Output("param($Token) Remove-ApiToken $Token -Confirm:$false", token);
        Assert.False(Sandbox.Accepts(token));
        Assert.Empty(ListById(token));
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void Revoke_OneOfTwoTokensOfOneName_LeavesTheOther(string connection)
    {
        PSObject token = NewToken(connection);
        PSObject other = NewToken(connection, token.Text("Name"));
        Output("param($Token) Revoke-ApiToken $Token -Confirm:$false", token);
        Assert.False(Sandbox.Accepts(token));
        Assert.True(Sandbox.Accepts(other));
    }

    [Theory]
    [MemberData(nameof(WithEnable))]
    public void DisableAndEnable_Supported_SecretIsRejectedAndAcceptedAgain(string connection)
    {
        PSObject token = NewToken(connection);
        Output("param($Token) Disable-ApiToken $Token", token);
        Assert.False(Sandbox.Accepts(token));
        Assert.Equal("Inactive", Read(token).Text("Status"));
        Output("param($Token) Enable-ApiToken $Token", token);
        Assert.True(Sandbox.Accepts(token));
        Assert.Equal("Active", Read(token).Text("Status"));
    }

    [Theory]
    [MemberData(nameof(WithoutEnable))]
    public void Disable_NotSupported_IsRefused(string connection)
    {
        PSObject token = NewToken(connection);
        AssertRefused("OperationNotSupported", "param($Token) Disable-ApiToken $Token", token);
        Assert.True(Sandbox.Accepts(token));
    }

    [Theory]
    [MemberData(nameof(WithoutEnable))]
    public void Enable_NotSupported_IsRefused(string connection) =>
        AssertRefused("OperationNotSupported", "param($Token) Enable-ApiToken $Token", NewToken(connection));

    [Theory]
    [MemberData(nameof(WithRename))]
    public void Rename_Supported_ChangesTheNameAndLeavesTheSecret(string connection)
    {
        PSObject token = NewToken(connection);
        string name = NewName("renamed");
        Output("param($Token, $Name) Rename-ApiToken $Token -NewName $Name", token, name);
        Assert.Equal(name, Read(token).Text("Name"));
        Assert.True(Sandbox.Accepts(token));
    }

    [Theory]
    [MemberData(nameof(WithoutRename))]
    public void Rename_NotSupported_IsRefused(string connection)
    {
        PSObject token = NewToken(connection);
        AssertRefused("OperationNotSupported", "param($Token) Rename-ApiToken $Token -NewName other", token);
        Assert.Equal(token.Text("Name"), Read(token).Text("Name"));
    }

    [Theory]
    [MemberData(nameof(WithNewDescription))]
    public void New_DescriptionSupported_KeepsIt(string connection)
    {
        PSObject token = NewToken(connection, with: new() { ["Description"] = "what it is for" });
        Assert.Equal("what it is for", Read(token).Text("Description"));
    }

    [Theory]
    [MemberData(nameof(WithoutNewDescription))]
    public void New_DescriptionNotSupported_IsRefused(string connection)
    {
        string name = NewName();
        var parameters = new Hashtable(ServiceCase.Of(connection).Issue) { ["Description"] = "what it is for" };
        AssertRefused("OperationNotSupported", New, connection, name, parameters);
        Assert.DoesNotContain(
            name,
            Output("param($Connection) Get-ApiToken -Connection $Connection", connection).Texts("Name"),
            StringComparer.OrdinalIgnoreCase);
    }

    [Theory]
    [MemberData(nameof(WithSetDescription))]
    public void Set_DescriptionSupported_ChangesAndRemovesIt(string connection)
    {
        PSObject token = NewToken(connection);
        Output("param($Token) Set-ApiToken $Token -Description 'changed'", token);
        Assert.Equal("changed", Read(token).Text("Description"));
        Output("param($Token) Set-ApiToken $Token -Description ''", token);
        Assert.Empty(Read(token).Text("Description"));
        Assert.True(Sandbox.Accepts(token));
    }

    [Theory]
    [MemberData(nameof(WithoutSetDescription))]
    public void Set_DescriptionNotSupported_IsRefused(string connection) =>
        AssertRefused("OperationNotSupported", "param($Token) Set-ApiToken $Token -Description 'changed'", NewToken(connection));

    [Theory]
    [MemberData(nameof(WithAccess))]
    public void Set_AccessSupported_TakesEffectAtOnce(string connection)
    {
        PSObject token = NewToken(
            connection, with: new() { ["ApplyToAll"] = "None", ["Access"] = new Hashtable { ["location"] = "Read" } });
        Assert.Equal(200, Sandbox.SecretStatus(token, api: "location"));
        Assert.Equal(403, Sandbox.SecretStatus(token, api: "location", method: "POST"));
        Assert.Equal(403, Sandbox.SecretStatus(token, api: "vendor"));

        Output("param($Token) Set-ApiToken $Token -Access @{ location = 'None'; vendor = 'Full' }", token);
        Assert.Equal(403, Sandbox.SecretStatus(token, api: "location"));
        Assert.Equal(200, Sandbox.SecretStatus(token, api: "vendor", method: "POST"));
    }

    [Theory]
    [MemberData(nameof(WithAccess))]
    public void Set_AccessToOneApi_LeavesTheOthers(string connection)
    {
        PSObject token = NewToken(connection, with: new() { ["ApplyToAll"] = "Read" });
        Output("param($Token) Set-ApiToken $Token -Access @{ vendor = 'None' }", token);
        IReadOnlyDictionary<string, string> access = Read(token).Access();
        Assert.Equal("None", access["vendor"]);
        Assert.Equal("Read", access["location"]);
    }

    [Theory]
    [MemberData(nameof(WithAccess))]
    public void Set_ApplyToAllAndAccess_AppliesTheLevelToAllFirst(string connection)
    {
        PSObject token = NewToken(connection, with: new() { ["ApplyToAll"] = "None" });
        Output("param($Token) Set-ApiToken $Token -ApplyToAll Full -Access @{ vendor = 'Read' }", token);
        Assert.Equal(200, Sandbox.SecretStatus(token, api: "location", method: "POST"));
        Assert.Equal(403, Sandbox.SecretStatus(token, api: "vendor", method: "POST"));
    }

    [Theory]
    [MemberData(nameof(WithoutAccess))]
    public void Set_AccessNotSupported_IsRefused(string connection)
    {
        PSObject token = NewToken(connection);
        AssertRefused("OperationNotSupported", "param($Token) Set-ApiToken $Token -Access @{ location = 'Read' }", token);
        AssertRefused("OperationNotSupported", "param($Token) Set-ApiToken $Token -ApplyToAll Read", token);
    }

    [Theory]
    [MemberData(nameof(InPlace))]
    public void Reset_InPlace_KeepsTheIdAndRejectsTheOldSecret(string connection)
    {
        PSObject token = NewToken(connection);
        PSObject reset = Single("param($Token) Reset-ApiToken $Token -Confirm:$false", token);
        Assert.Equal(token.Text("Id"), reset.Text("Id"));
        Assert.True(Sandbox.Accepts(reset));
        Assert.False(Sandbox.Accepts(token));
    }

    [Theory]
    [MemberData(nameof(WithSuccessor))]
    public void Reset_WithSuccessor_GivesAnotherIdAndRejectsTheOldSecret(string connection)
    {
        PSObject token = NewToken(connection);
        PSObject reset = Single("param($Token) Reset-ApiToken $Token -Confirm:$false", token);
        Assert.NotEqual(token.Text("Id"), reset.Text("Id"), StringComparer.OrdinalIgnoreCase);
        Assert.True(Sandbox.Accepts(reset));
        Assert.False(Sandbox.Accepts(token));
    }

    [Theory]
    [MemberData(nameof(WithReadSecret))]
    public void Get_IncludeSecretSupported_ShowsItToTheOwner(string connection)
    {
        PSObject token = NewToken(connection);
        PSObject again = Single("param($Token) Get-ApiToken -Connection $Token.Connection -Id $Token.Id -IncludeSecret", token);
        Assert.Equal(token.Secret(), again.Secret());
        Assert.True(Sandbox.Accepts(again));
    }

    [Theory]
    [MemberData(nameof(WithReadSecret))]
    public void Get_IncludeSecretAsPlainText_GivesItAsText(string connection)
    {
        PSObject token = NewToken(connection);
        PSObject again = Single(
            "param($Token) Get-ApiToken -Connection $Token.Connection -Id $Token.Id -IncludeSecret -AsPlainText", token);
        Assert.Equal(token.Secret(), Assert.IsType<string>(again.Get("Secret")));
    }

    [Theory]
    [MemberData(nameof(WithoutReadSecret))]
    public void Get_IncludeSecretNotSupported_IsRefused(string connection) =>
        AssertRefused(
            "OperationNotSupported",
            "param($Token) Get-ApiToken -Connection $Token.Connection -Id $Token.Id -IncludeSecret",
            NewToken(connection));

    [Fact]
    public void Get_SecretOfASeededTokenOnDevo_IsShownToItsOwner() =>
        Assert.Equal(32, Single("Get-ApiToken -Connection devo -Id 4 -IncludeSecret").Secret().Length);

    [Theory]
    [MemberData(nameof(WithLastUsed))]
    public void Get_LastUsedSupported_TellsWhichTokensWereNotUsed(string connection)
    {
        const string UnusedFor = "param($Connection, $Time) Get-ApiToken -Connection $Connection -UnusedFor $Time";
        PSObject used = NewToken(connection);
        PSObject unused = NewToken(connection);
        Assert.True(Sandbox.Accepts(used));
        Eventually.True(() => Read(used).Time("LastUsedAt") is not null, "The use of a secret was not noted.");
        Assert.True(Read(used).Time("LastUsedAt") > used.Time("CreatedAt")!.Value.AddMinutes(-1));
        Assert.Null(Read(unused).Time("LastUsedAt"));

        // Both are younger than 30 days.
        IReadOnlyList<string> found = Output(UnusedFor, connection, "30d").Texts("Id");
        Assert.DoesNotContain(used.Text("Id"), found);
        Assert.DoesNotContain(unused.Text("Id"), found);

        // A service that rounds times may return a creation time in the near future.
        Eventually.True(
            () => Output(UnusedFor, connection, TimeSpan.Zero).Texts("Id").Contains(unused.Text("Id")),
            "A token that was never used was not found.");
    }

    [Theory]
    [MemberData(nameof(WithoutLastUsed))]
    public void Get_UnusedForNotSupported_IsRefused(string connection) =>
        AssertRefused("OperationNotSupported", "param($Connection) Get-ApiToken -Connection $Connection -UnusedFor 30d", connection);

    [Theory]
    [ClassData(typeof(EachService))]
    public void GetApiTokenService_Capabilities_AreThoseOfTheService(string connection)
    {
        var service = ServiceCase.Of(connection);
        PSObject capabilities = Single("param($Connection) (Get-ApiTokenService $Connection).Capabilities", connection);
        Assert.Equal(service.SetEnabled, capabilities.Get("SetEnabled"));
        Assert.Equal(service.Rename, capabilities.Get("Rename"));
        Assert.Equal(service.NewDescription, capabilities.Get("Description"));
        Assert.Equal(service.SetDescription, capabilities.Get("UpdateDescription"));
        Assert.Equal(service.SetAccess, capabilities.Get("UpdateAccess"));
        Assert.Equal(service.InPlace, capabilities.Get("Regenerate"));
        Assert.Equal(service.ReadSecret, capabilities.Get("ReadSecret"));
        Assert.Equal(service.LastUsed, capabilities.Get("LastUsed"));
        Assert.Equal(service.Expiry, capabilities.Text("Expiry"));
    }

    private IEnumerable<PSObject> ListById(PSObject token) =>
        Output("param($Connection) Get-ApiToken -Connection $Connection", token.Text("Connection"))
            .Where(listed => listed.Text("Id") == token.Text("Id"));
}
